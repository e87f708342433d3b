-- SPDX-License-Identifier: Apache-2.0
-- Notes that the changes %(ids)s are planned.
UPDATE alert_changes SET is_planned = true WHERE change_id = ANY(%(ids)s::bigint[])
