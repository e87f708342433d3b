-- SPDX-License-Identifier: Apache-2.0
-- The database's time, and what is committed now: the transaction sees that, and no more.
SELECT now(), pg_current_snapshot()::text
