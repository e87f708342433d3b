-- SPDX-License-Identifier: Apache-2.0
-- Purpose: a silence is over before its time.
-- Parameters: silence_id, said_by
-- Columns: none
INSERT INTO alert_silence_ends (silence_id, said_by) VALUES (%(silence_id)s, %(said_by)s)
