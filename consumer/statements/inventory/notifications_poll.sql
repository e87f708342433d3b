-- SPDX-License-Identifier: Apache-2.0
-- Asks for nothing: notifications of other sessions come before the answer to any statement.
SELECT
