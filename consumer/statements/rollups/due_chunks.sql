-- SPDX-License-Identifier: Apache-2.0
-- Chunks that should be in columns, the oldest first. None in the Apache edition.
SELECT chunk FROM chunks_due()
