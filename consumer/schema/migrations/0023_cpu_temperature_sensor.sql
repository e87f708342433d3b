-- SPDX-License-Identifier: Apache-2.0
-- New figures, as they were declared when this was written (make figures). Older buckets have none of them.

SELECT add_figure('host_samples', 'cpu_temperature_sensor', 'text', rolled_up => false, histogram => false, in_now => true);
