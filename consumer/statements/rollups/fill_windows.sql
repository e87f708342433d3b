-- SPDX-License-Identifier: Apache-2.0
-- Makes a window of %(domain_count)s domains at most. No row where another session is at the rollups. Otherwise one row: which
-- window, null where none is due; how many rows were written, and whether it is whole.
SELECT window_name, written_count, is_whole FROM fill_domain_windows(%(domain_count)s)
