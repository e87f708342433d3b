-- SPDX-License-Identifier: Apache-2.0
-- What is filled in of each table and level, in the order in which to go on.
SELECT relation, level, done, target, waits_from FROM rollup_progress()
