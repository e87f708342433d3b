-- SPDX-License-Identifier: Apache-2.0
-- While messages are tried in parts: one that waits for a lock does not hold up the others as long as a flush may wait.
SET lock_timeout = '1s'
