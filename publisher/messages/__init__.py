# SPDX-License-Identifier: Apache-2.0
"""From a tick or an event to a message of the spool, and from there to bytes.

The spool calls ``Message.compose_body`` in the transaction that gives the message its number. So no number
is used twice, and none is missing without a dropped range.
"""
