-- SPDX-License-Identifier: Apache-2.0
-- New figures, as they were declared when this was written (make figures). Older buckets have none of them.

SELECT add_figure('domain_block_samples', 'allocation_bytes', 'bigint', rolled_up => true, histogram => false, in_now => true);
