-- SPDX-License-Identifier: Apache-2.0
-- Passes the gate of the rollups, and returns what they were announced up to: until the end of the transaction it does not move.
SELECT pass_rollup_gate()
