-- SPDX-License-Identifier: Apache-2.0
-- Alerts as pages and others read them (docs/schema.md). Names of hosts and VMs are those of now.

CREATE VIEW alerts_named AS
SELECT
    a.alert_id,
    a.rule,
    a.severity,
    a.subject,
    a.host_id,
    h.host,
    a.domain_id,
    d.uuid AS domain_uuid,
    d.name AS domain_name,
    a.part,
    a.words,
    a.value,
    a.began_at,
    a.fired_at,
    a.resolved_at,
    a.resolved_because,
    a.is_flapping,
    a.hidden_by,
    a.hidden_because,
    said.said_by AS acknowledged_by,
    said.said_at AS acknowledged_at,
    said.note AS acknowledgement
FROM alerts AS a
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = a.domain_id
-- In this form the planner leaves it out where nobody asks for it.
LEFT JOIN (
    SELECT DISTINCT ON (alert_id) alert_id, said_by, said_at, note
    FROM alert_acknowledgements
    ORDER BY alert_id, said_at DESC, acknowledgement_id DESC
) AS said ON said.alert_id = a.alert_id;

-- What is beyond its level, and not yet for as long as its rule says.
CREATE VIEW alerts_pending AS
SELECT
    s.rule,
    s.severity,
    s.host_id,
    h.host,
    s.domain_id,
    d.uuid AS domain_uuid,
    d.name AS domain_name,
    s.part,
    s.since,
    s.held_seconds,
    s.was_known,
    s.value
FROM alert_states AS s
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = s.domain_id
WHERE s.phase = 'pending';

CREATE VIEW alert_history AS
SELECT
    c.changed_at AS time,
    c.change_id,
    c.alert_id,
    c.kind,
    c.severity,
    c.value,
    c.words,
    a.rule,
    a.host_id,
    h.host,
    a.domain_id,
    d.uuid AS domain_uuid,
    d.name AS domain_name,
    a.part
FROM alert_changes AS c
JOIN alerts AS a USING (alert_id)
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = a.domain_id;

-- Silences and maintenance that are not over. The window of a maintenance that comes again is the one that is under way (of several
-- the one that ends last), else the next one within eight days of its begin; a window is of the day on which it begins, within
-- what the maintenance is said for.
CREATE VIEW alert_silences_now AS
SELECT
    s.silence_id,
    s.selector,
    s.reason,
    s.starts_at,
    s.ends_at,
    s.said_by,
    s.said_at,
    s.starts_at <= now() AS is_active
FROM alert_silences AS s
WHERE s.ends_at > now() AND NOT EXISTS (SELECT FROM alert_silence_ends AS e WHERE e.silence_id = s.silence_id);

CREATE VIEW alert_maintenances_now AS
SELECT
    m.maintenance_id,
    m.selector,
    m.reason,
    m.starts_at,
    m.ends_at,
    m.weekdays,
    m.time_of_day,
    m.duration_seconds,
    m.zone,
    m.said_by,
    m.said_at,
    coalesce(w.starts_at <= now(), false) AS is_active,
    w.starts_at AS window_starts_at,
    w.ends_at AS window_ends_at
FROM alert_maintenances AS m
LEFT JOIN LATERAL (
    SELECT
        every.starts_at,
        every.ends_at
    FROM (
        SELECT m.starts_at, m.ends_at
        WHERE m.weekdays IS NULL
        UNION ALL
        SELECT
            greatest((day + m.time_of_day) AT TIME ZONE m.zone, m.starts_at),
            least((day + m.time_of_day) AT TIME ZONE m.zone + make_interval(secs => m.duration_seconds), m.ends_at)
        FROM generate_series(
            (greatest(now(), m.starts_at) AT TIME ZONE m.zone)::date::timestamp
            - make_interval(days => m.duration_seconds / 86400 + 2),
            (greatest(now(), m.starts_at) AT TIME ZONE m.zone)::date::timestamp + INTERVAL '8 days',
            INTERVAL '1 day'
        ) AS day
        WHERE m.weekdays IS NOT NULL AND extract(isodow FROM day)::smallint - 1 = ANY(m.weekdays)
    ) AS every
    WHERE every.ends_at > now() AND every.starts_at < every.ends_at
    ORDER BY every.starts_at > now(), CASE WHEN every.starts_at > now() THEN every.starts_at END, every.ends_at DESC
    LIMIT 1
) AS w ON true
WHERE coalesce(m.ends_at, 'infinity') > now()
    AND NOT EXISTS (SELECT FROM alert_maintenance_ends AS e WHERE e.maintenance_id = m.maintenance_id);

-- What keeps open alerts from being sent now: for each the silence or the maintenance that ends last.
-- A selector with a key that is not known here selects nothing.
CREATE VIEW alerts_withheld_now AS
SELECT DISTINCT ON (a.alert_id)
    a.alert_id,
    held.kind,
    held.reason,
    held.said_by,
    held.ends_at
FROM alerts AS a
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = a.domain_id
JOIN (
    SELECT 'silence' AS kind, selector, reason, said_by, ends_at FROM alert_silences_now WHERE is_active
    UNION ALL
    SELECT 'maintenance', selector, reason, said_by, window_ends_at FROM alert_maintenances_now WHERE is_active
) AS held
    ON held.selector - ARRAY['rule', 'host', 'uuid', 'tag', 'severity'] = '{}'
    AND coalesce(held.selector ->> 'rule', a.rule) = a.rule
    AND coalesce(held.selector ->> 'severity', a.severity) = a.severity
    AND coalesce(held.selector ->> 'host', h.host) = h.host
    AND (NOT held.selector ? 'uuid' OR held.selector ->> 'uuid' = d.uuid::text)
    AND (NOT held.selector ? 'tag' OR held.selector ->> 'tag' = ANY(h.tags || coalesce(d.tags, '{}')))
WHERE a.resolved_at IS NULL
ORDER BY a.alert_id, held.ends_at DESC;

-- What was sent of each alert, or not, and why.
CREATE VIEW alert_ledger AS
SELECT
    n.created_at AS time,
    n.notification_id,
    m.alert_id,
    n.route,
    n.channel,
    n.kind,
    n.group_name,
    n.status,
    n.because,
    n.attempt_count,
    n.next_attempt_at,
    n.ended_at
FROM alert_notifications AS n
JOIN alert_notification_members AS m USING (notification_id);

CREATE VIEW alert_evaluator_now AS
SELECT instance, taken_over_at, stepped_at, cycle_seconds, rules, problem
FROM alert_evaluator;

-- What hides beneath an alert, which its page shows.
CREATE INDEX alerts_hidden_by ON alerts (hidden_by) WHERE hidden_by IS NOT NULL;
-- What marks the chart of an object.
CREATE INDEX alert_changes_changed_at ON alert_changes (changed_at);

GRANT SELECT ON
    alerts_named, alerts_pending, alert_history, alert_silences_now, alert_maintenances_now, alerts_withheld_now, alert_ledger,
    alert_evaluator_now
    TO kvmgrid_dashboard;
