-- SPDX-License-Identifier: Apache-2.0
-- What the evaluator of alerts knows, what it has told, and what people said about it (docs/decisions/0048).

-- In which transaction a message was stored: by it the evaluator reads each once, whenever it was sampled or received.
-- Without a default for rows of before, so that no row is written anew; only rows with a mark are in the index.
ALTER TABLE publisher_reports ADD COLUMN arrived_in xid8;
ALTER TABLE publisher_reports ALTER COLUMN arrived_in SET DEFAULT pg_current_xact_id();
CREATE INDEX publisher_reports_arrived_in ON publisher_reports (arrived_in) WHERE arrived_in IS NOT NULL;
ALTER TABLE events ADD COLUMN arrived_in xid8;
ALTER TABLE events ALTER COLUMN arrived_in SET DEFAULT pg_current_xact_id();
CREATE INDEX events_arrived_in ON events (arrived_in) WHERE arrived_in IS NOT NULL;

-- Who evaluates, and how far: one row. The evaluator holds the lock of alert_evaluator_lock (docs/decisions/0048 says what is stored).
CREATE TABLE alert_evaluator (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    instance text,
    taken_over_at timestamptz,
    stepped_at timestamptz,
    cycle_seconds real,
    -- Of the rules in force, so that a page shows those which the evaluator has.
    rules jsonb,
    problem text
);
INSERT INTO alert_evaluator DEFAULT VALUES;

-- Empty: who holds its lock evaluates. Writing to alert_evaluator needs no such lock, so that it tells who wrote last.
CREATE TABLE alert_evaluator_lock ();

-- Empty: who holds its lock plans what is delivered, for the length of a transaction.
CREATE TABLE alert_planner_lock ();

-- An object of a rule: a host, a VM, or a part of one of them (a device, the path of a file system).
-- host_id is the host it is on; a VM is known by domain_id, so that its state follows it.
-- States that are not clear; seconds of held_seconds were counted between known values.
CREATE TABLE alert_states (
    rule text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('information', 'warning', 'critical')),
    host_id integer NOT NULL REFERENCES hosts ON DELETE CASCADE,
    domain_id integer REFERENCES domains ON DELETE CASCADE,
    part text NOT NULL DEFAULT '',
    phase text NOT NULL CHECK (phase IN ('pending', 'firing', 'resolved')),
    since timestamptz NOT NULL,
    held_seconds double precision NOT NULL,
    was_known boolean NOT NULL,
    value double precision
);
CREATE UNIQUE INDEX alert_states_host ON alert_states (rule, severity, part, host_id) WHERE domain_id IS NULL;
CREATE UNIQUE INDEX alert_states_domain ON alert_states (rule, severity, part, domain_id) WHERE domain_id IS NOT NULL;

-- When the last changes of an object were: what flapping is judged by.
CREATE TABLE alert_flaps (
    rule text NOT NULL,
    host_id integer NOT NULL REFERENCES hosts ON DELETE CASCADE,
    domain_id integer REFERENCES domains ON DELETE CASCADE,
    part text NOT NULL DEFAULT '',
    changed_at timestamptz[] NOT NULL,
    is_flapping boolean NOT NULL
);
CREATE UNIQUE INDEX alert_flaps_host ON alert_flaps (rule, part, host_id) WHERE domain_id IS NULL;
CREATE UNIQUE INDEX alert_flaps_domain ON alert_flaps (rule, part, domain_id) WHERE domain_id IS NOT NULL;

-- An alert from the moment it fires until it is resolved; severity is the worst one that fires, or fired last.
CREATE TABLE alerts (
    alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('information', 'warning', 'critical')),
    subject text NOT NULL,
    host_id integer NOT NULL REFERENCES hosts ON DELETE CASCADE,
    domain_id integer REFERENCES domains ON DELETE CASCADE,
    part text NOT NULL DEFAULT '',
    words text NOT NULL,
    value double precision,
    began_at timestamptz NOT NULL,
    fired_at timestamptz NOT NULL,
    resolved_at timestamptz,
    -- Why it was resolved without its value being so: its object is gone, its rule is off.
    resolved_because text,
    is_flapping boolean NOT NULL DEFAULT false,
    -- The alert that says this one's cause, and how: 'host', 'path', 'pipeline'.
    hidden_by bigint REFERENCES alerts ON DELETE SET NULL,
    hidden_because text
);
CREATE INDEX alerts_open ON alerts (rule, host_id) WHERE resolved_at IS NULL;
CREATE INDEX alerts_fired_at ON alerts (fired_at);
CREATE INDEX alerts_resolved_at ON alerts (resolved_at);
CREATE INDEX alerts_host_id ON alerts (host_id, fired_at);
CREATE INDEX alerts_domain_id ON alerts (domain_id, fired_at) WHERE domain_id IS NOT NULL;

-- What became of each alert, in order: history, and what the delivery works through. is_planned: the delivery has
-- made its notifications, or noted why there are none, in the transaction that set it.
CREATE TABLE alert_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE,
    changed_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fired', 'severity', 'hidden', 'shown', 'resolved')),
    severity text NOT NULL,
    value double precision,
    words text NOT NULL,
    is_planned boolean NOT NULL DEFAULT false
);
CREATE INDEX alert_changes_unplanned ON alert_changes (change_id) WHERE NOT is_planned;
CREATE INDEX alert_changes_alert_id ON alert_changes (alert_id);

-- Outbox and ledger: each notification, sent or not, and why. A channel gets idempotency_key with what it is sent.
-- waiting: to be sent at next_attempt_at. held: until then its group waits for more, or the limit of an hour does not allow it.
-- planned_at: when content and members were settled.
-- suppressed: silence, maintenance, acknowledged, hidden by another alert, flapping, no route.
CREATE TABLE alert_notifications (
    notification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    idempotency_key uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    route text NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fired', 'changed', 'repeated', 'resolved', 'rehearsal')),
    group_name text NOT NULL,
    content jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'held', 'sent', 'failed', 'suppressed')),
    because text,
    created_at timestamptz NOT NULL,
    planned_at timestamptz,
    next_attempt_at timestamptz,
    attempt_count integer NOT NULL DEFAULT 0,
    ended_at timestamptz
);
CREATE INDEX alert_notifications_open ON alert_notifications (channel, next_attempt_at) WHERE status IN ('waiting', 'held');
CREATE INDEX alert_notifications_created_at ON alert_notifications (created_at);

CREATE INDEX alert_notifications_planned_at ON alert_notifications (planned_at);

-- told: the severity that people read there, or 'resolved'; null while it is not settled, and where nobody is told.
CREATE TABLE alert_notification_members (
    notification_id bigint NOT NULL REFERENCES alert_notifications ON DELETE CASCADE,
    alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE,
    told text CHECK (told IN ('information', 'warning', 'critical', 'resolved')),
    PRIMARY KEY (notification_id, alert_id)
);
CREATE INDEX alert_notification_members_alert_id ON alert_notification_members (alert_id);

-- What people say. Rows are added and never changed, so that who may say it need only insert; the end of one is a row too.
CREATE TABLE alert_acknowledgements (
    acknowledgement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE,
    said_by text NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now(),
    note text NOT NULL DEFAULT ''
);
CREATE INDEX alert_acknowledgements_alert_id ON alert_acknowledgements (alert_id);

-- selector: {"rule": …, "host": …, "uuid": …, "tag": …, "severity": …}, each optional, all of them have to hold.
CREATE TABLE alert_silences (
    silence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    selector jsonb NOT NULL,
    reason text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    said_by text NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE alert_silence_ends (
    silence_id bigint NOT NULL REFERENCES alert_silences,
    ended_at timestamptz NOT NULL DEFAULT now(),
    said_by text NOT NULL
);

-- Once, or again and again: on these days of the week (0 is Monday), from a time of day, in a time zone.
CREATE TABLE alert_maintenances (
    maintenance_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    selector jsonb NOT NULL,
    reason text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    weekdays smallint[],
    time_of_day time,
    duration_seconds integer,
    zone text NOT NULL DEFAULT 'UTC',
    said_by text NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((weekdays IS NULL AND ends_at IS NOT NULL AND time_of_day IS NULL AND duration_seconds IS NULL)
        OR (weekdays IS NOT NULL AND time_of_day IS NOT NULL AND duration_seconds > 0))
);
CREATE TABLE alert_maintenance_ends (
    maintenance_id bigint NOT NULL REFERENCES alert_maintenances,
    ended_at timestamptz NOT NULL DEFAULT now(),
    said_by text NOT NULL
);

-- Every change by a person or a command: who, when, what, from where.
CREATE TABLE audit_entries (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    action text NOT NULL,
    details jsonb NOT NULL,
    origin text NOT NULL DEFAULT ''
);
CREATE INDEX audit_entries_happened_at ON audit_entries (happened_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    alert_evaluator, alert_states, alert_flaps, alerts, alert_changes, alert_notifications, alert_notification_members
    TO kvmgrid_ingest;
GRANT UPDATE ON alert_evaluator_lock, alert_planner_lock TO kvmgrid_ingest;
-- What rules judge.
GRANT SELECT ON
    host_samples, host_disk_samples, host_interface_samples, host_filesystem_samples,
    domain_samples, domain_block_samples, domain_interface_samples, events, publisher_reports
    TO kvmgrid_ingest;
GRANT SELECT, INSERT ON
    alert_acknowledgements, alert_silences, alert_silence_ends, alert_maintenances, alert_maintenance_ends, audit_entries
    TO kvmgrid_ingest;
GRANT SELECT ON
    alert_evaluator, alert_states, alerts, alert_changes, alert_notifications, alert_notification_members,
    alert_acknowledgements, alert_silences, alert_silence_ends, alert_maintenances, alert_maintenance_ends, audit_entries
    TO kvmgrid_dashboard;

-- A database that was prepared by an older version has no such role: roles.sql, run again, makes it and grants the same.
-- Times of what is said are the server's, so that nobody can say something for another moment.
DO $$
BEGIN
    IF to_regrole('kvmgrid_operator') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA kvmgrid TO kvmgrid_operator;
        GRANT SELECT ON
            alerts, alert_acknowledgements, alert_silences, alert_silence_ends, alert_maintenances,
            alert_maintenance_ends
            TO kvmgrid_operator;
        GRANT INSERT (alert_id, said_by, note) ON alert_acknowledgements TO kvmgrid_operator;
        GRANT INSERT (selector, reason, starts_at, ends_at, said_by) ON alert_silences TO kvmgrid_operator;
        GRANT INSERT (silence_id, said_by) ON alert_silence_ends TO kvmgrid_operator;
        GRANT INSERT (
            selector, reason, starts_at, ends_at, weekdays, time_of_day, duration_seconds, zone, said_by
        ) ON alert_maintenances TO kvmgrid_operator;
        GRANT INSERT (maintenance_id, said_by) ON alert_maintenance_ends TO kvmgrid_operator;
        GRANT INSERT (who, action, details, origin) ON audit_entries TO kvmgrid_operator;
    END IF;
END
$$;
