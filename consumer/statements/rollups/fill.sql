-- SPDX-License-Identifier: Apache-2.0
-- Fills in buckets of a table (%(relation)s) and level (%(level)s), %(bucket_count)s at most. No row where another session is
-- at the rollups. Otherwise one row: up to when it is done, up to when it could be, and how many rows were written.
SELECT done, target, written_count FROM fill_rollup(%(relation)s, %(level)s, %(bucket_count)s)
