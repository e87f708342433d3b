-- SPDX-License-Identifier: Apache-2.0
-- Notes in detail how many more messages of a sender were not kept. received_at: of the last of them.
INSERT INTO quarantine (received_at, reason, detail, user_id)
VALUES (%(received_at)s, %(reason)s, %(detail)s, %(user_id)s)
