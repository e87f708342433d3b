-- SPDX-License-Identifier: Apache-2.0
-- Up to when buckets were announced. A statement of its own after the gate: its snapshot is newer than any announcement.
SELECT announced FROM rollup_announced
