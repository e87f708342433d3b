-- SPDX-License-Identifier: Apache-2.0
-- Waits until nobody else plans, for lock_timeout at most.
LOCK TABLE alert_planner_lock IN SHARE ROW EXCLUSIVE MODE
