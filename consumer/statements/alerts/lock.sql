-- SPDX-License-Identifier: Apache-2.0
-- Waits until nobody else evaluates, for lock_timeout at most. Held as long as the transaction: the server ends one that
-- says nothing for idle_in_transaction_session_timeout.
LOCK TABLE alert_evaluator_lock IN SHARE ROW EXCLUSIVE MODE
