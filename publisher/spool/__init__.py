# SPDX-License-Identifier: Apache-2.0
"""The spool: what was sampled and is not yet confirmed by the broker, on disk (rules R1 to R7).

A message counts as accepted once ``Spool.put`` returned: it is then in an SQLite file, synced. It leaves the
file after the broker's confirm, or as the oldest when the room is used up. Then its sequence is kept as a
dropped range until a confirmed message has reported it. There is no deadline.
"""

from publisher.spool.message import Lane, Limits, Message, Spooled, SpoolStatus, Stamp, Ticket
from publisher.spool.spool import Spool

__all__ = ["Lane", "Limits", "Message", "Spool", "SpoolStatus", "Spooled", "Stamp", "Ticket"]
