-- SPDX-License-Identifier: Apache-2.0
-- Nothing: what other sessions told comes before the answer to any statement.
SELECT
