-- SPDX-License-Identifier: Apache-2.0
-- When the last cycle of the evaluator was, and whether none has been for a minute.
SELECT stepped_at, coalesce(stepped_at < now() - INTERVAL '1 minute', true) FROM alert_evaluator
