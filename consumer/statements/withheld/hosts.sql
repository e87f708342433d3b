-- SPDX-License-Identifier: Apache-2.0
-- The names of all hosts.
SELECT host FROM hosts
