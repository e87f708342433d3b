-- SPDX-License-Identifier: Apache-2.0
-- Makes %(bucket_count)s buckets of the fleet at most. No row where another session is at the rollups. Otherwise one row: up to
-- when it is done, up to when it could be, and how many rows were written.
SELECT done, target, written_count FROM fill_fleet(%(bucket_count)s)
