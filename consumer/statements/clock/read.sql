-- SPDX-License-Identifier: Apache-2.0
-- The time of the database's server.
SELECT clock_timestamp()
