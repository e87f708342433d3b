# SPDX-License-Identifier: Apache-2.0
"""The values of the AMQP library, made fit for a Delivery. Any sender may set any of them: none is trusted.

pika gives text, or bytes where a value is not UTF-8, and headers of any depth.
Of the headers only two are read: ``x-death``, which the broker writes, and ``timestamp_in_ms``.
The broker writes that one where its interceptor ``set_header_timestamp`` is on.
"""

from typing import Any

from consumer.broker.delivery import Death

_TEXT_CHARACTERS_MAX = 1_024
_DEATHS_MAX = 16
# Of the year 9999.
_STAMP_MAX = 253_402_300_800_000


def as_text(value: object) -> str | None:
    """Return a property as text that PostgreSQL can hold: escaped where not UTF-8, without NUL, capped."""
    if value is None:
        return None
    if isinstance(value, bytes):
        text = value.decode("utf-8", "backslashreplace")
    elif isinstance(value, str):
        text = value.encode("utf-8", "backslashreplace").decode("utf-8")
    else:
        return None
    return text.replace("\x00", "\\x00")[:_TEXT_CHARACTERS_MAX]


def deaths(headers: Any) -> tuple[Death, ...]:
    """Return the entries of ``x-death`` that have the broker's shape."""
    entries = headers.get("x-death") if isinstance(headers, dict) else None
    if not isinstance(entries, list):
        return ()
    return tuple(
        Death(
            as_text(entry.get("queue")) or "", as_text(entry.get("reason")) or "", _count(entry.get("count"))
        )
        for entry in entries[:_DEATHS_MAX]
        if isinstance(entry, dict)
    )


def stamped_seconds(headers: Any) -> float | None:
    """Return when the broker got the message, in seconds of the epoch by its clock, if it tells."""
    stamp = headers.get("timestamp_in_ms") if isinstance(headers, dict) else None
    if not isinstance(stamp, int) or isinstance(stamp, bool) or not 0 < stamp < _STAMP_MAX:
        return None
    return stamp / 1000.0


def _count(value: object) -> int:
    # pika's own kind of int, which no encoder knows, becomes Python's.
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else 0
