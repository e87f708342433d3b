-- Removes parked messages (%(ids)s) that are stored now.
DELETE FROM kvmgrid.parked_messages WHERE parked_id = ANY(%(ids)s)
