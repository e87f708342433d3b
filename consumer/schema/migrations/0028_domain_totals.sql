-- SPDX-License-Identifier: Apache-2.0
-- New figures, as they were declared when this was written (make figures). Older buckets have none of them.

SELECT add_figure('host_samples', 'domain_running_count', 'integer', rolled_up => true, histogram => false, in_now => true);
SELECT add_figure('host_samples', 'domain_vcpu_count', 'integer', rolled_up => true, histogram => false, in_now => true);
SELECT add_figure('host_samples', 'domain_memory_assigned_bytes', 'bigint', rolled_up => true, histogram => false, in_now => true);
SELECT add_figure('host_samples', 'domain_memory_resident_bytes', 'bigint', rolled_up => true, histogram => false, in_now => true);
