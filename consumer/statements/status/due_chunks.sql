-- SPDX-License-Identifier: Apache-2.0
-- Chunks that should be in columns and are not: how many, and for how long the oldest should, in seconds. None in the Apache edition.
SELECT count(*), extract(epoch FROM now() - min(due_at))::double precision
FROM chunks_due()
