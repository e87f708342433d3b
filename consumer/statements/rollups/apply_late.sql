-- SPDX-License-Identifier: Apache-2.0
-- Makes the buckets of noted late samples again, of %(note_count)s notes at most. No row where another session is at the rollups.
SELECT applied_count, unserved_count, written_count FROM apply_late_rollups(%(note_count)s)
