-- SPDX-License-Identifier: Apache-2.0
-- The database's time, and whether this evaluator (%(instance)s) is still the one that delivers.
SELECT now(), coalesce(instance = %(instance)s, false) FROM alert_evaluator
