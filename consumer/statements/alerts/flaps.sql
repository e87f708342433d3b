-- SPDX-License-Identifier: Apache-2.0
-- When the last changes of objects were.
SELECT rule, host_id, domain_id, part, array(SELECT extract(epoch FROM at)::float8 FROM unnest(changed_at) AS at), is_flapping
FROM alert_flaps
