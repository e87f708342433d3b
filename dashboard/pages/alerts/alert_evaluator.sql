-- SPDX-License-Identifier: Apache-2.0
-- Purpose: who evaluates the rules, and how far it is.
-- Parameters: none
-- Columns: one Evaluator
SELECT
    instance,
    taken_over_at,
    stepped_at,
    cycle_seconds::double precision AS cycle_seconds,
    problem
FROM alert_evaluator_now
