-- SPDX-License-Identifier: Apache-2.0
-- Who sent within the last minute: messages that were stored, messages that were set aside.
SELECT host, stored_count, quarantined_count FROM senders_now
