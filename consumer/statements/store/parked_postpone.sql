-- Leaves the parked messages of a day (%(day)s) alone for %(seconds)s seconds: its tables are locked.
UPDATE kvmgrid.parked_messages SET taken_until = now() + make_interval(secs => %(seconds)s) WHERE day = %(day)s
