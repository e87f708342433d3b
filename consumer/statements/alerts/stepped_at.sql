-- SPDX-License-Identifier: Apache-2.0
-- When the last step was.
SELECT extract(epoch FROM stepped_at)::float8 FROM alert_evaluator
