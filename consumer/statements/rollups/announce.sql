-- SPDX-License-Identifier: Apache-2.0
-- Announces what is over: samples from before it are noted from now on. Null where another session is at the rollups.
SELECT announce_rollups()
