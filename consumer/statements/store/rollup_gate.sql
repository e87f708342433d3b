-- SPDX-License-Identifier: Apache-2.0
-- Passes the gate of the rollups: until the end of the transaction nothing is announced. It is held up for 200 ms at most.
LOCK TABLE rollup_gate IN ROW EXCLUSIVE MODE
