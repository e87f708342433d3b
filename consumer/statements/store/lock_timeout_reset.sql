-- SPDX-License-Identifier: Apache-2.0
-- As the connection was opened.
RESET lock_timeout
