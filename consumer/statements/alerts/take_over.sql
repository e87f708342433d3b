-- SPDX-License-Identifier: Apache-2.0
-- From now on this evaluator (%(instance)s) is the only one that may store, by these rules. Waits for a transaction of the
-- one before: its end comes within its idle_in_transaction_session_timeout.
UPDATE alert_evaluator
SET taken_over_at = CASE WHEN instance = %(instance)s THEN taken_over_at ELSE now() END,
    instance = %(instance)s, rules = %(rules)s, problem = %(problem)s
