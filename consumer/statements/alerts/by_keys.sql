-- SPDX-License-Identifier: Apache-2.0
-- Until the end of the transaction, rows are looked up by their keys: what arrived is little, of tables that are large.
SELECT
    set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true),
    set_config('enable_seqscan', 'off', true)
