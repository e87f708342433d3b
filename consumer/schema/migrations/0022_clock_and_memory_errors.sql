-- SPDX-License-Identifier: Apache-2.0
-- New figures, as they were declared when this was written (make figures). Older buckets have none of them.

SELECT add_figure('host_samples', 'memory_corrected_error_count', 'integer', rolled_up => true, histogram => false, in_now => true);
SELECT add_figure('host_samples', 'memory_uncorrected_error_count', 'integer', rolled_up => true, histogram => false, in_now => true);
SELECT add_figure('host_samples', 'clock_synchronised', 'boolean', rolled_up => false, histogram => false, in_now => true);
SELECT add_figure('host_samples', 'clock_error_seconds', 'real', rolled_up => true, histogram => false, in_now => true);
SELECT add_figure('host_samples', 'clock_ntp_offset_seconds', 'real', rolled_up => true, histogram => false, in_now => true);
