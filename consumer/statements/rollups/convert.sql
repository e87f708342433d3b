-- SPDX-License-Identifier: Apache-2.0
-- Converts the oldest chunk that should be in columns and returns its name; null where there is none.
SELECT convert_chunk()
