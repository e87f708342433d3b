-- SPDX-License-Identifier: Apache-2.0
-- Notes a cycle, as of %(now)s. No row: another evaluator has taken over, and nothing of this cycle may stay.
UPDATE alert_evaluator SET stepped_at = %(now)s, cycle_seconds = %(cycle_seconds)s, problem = %(problem)s
WHERE instance = %(instance)s
RETURNING true
