-- SPDX-License-Identifier: Apache-2.0
-- Converts the chunk %(chunk)s to columns; false where it is not due any more, or another session is at one.
SELECT convert_chunk(%(chunk)s)
