-- SPDX-License-Identifier: Apache-2.0
-- Adds the changes of one object, after those of before were forgotten; %(times)s are seconds since 1970.
INSERT INTO alert_flaps (rule, part, host_id, domain_id, changed_at, is_flapping)
VALUES (
    %(rule)s, %(part)s, %(host)s, %(domain)s,
    array(SELECT to_timestamp(at) FROM unnest(%(times)s::float8[]) AS at ORDER BY at), %(is_flapping)s
)
