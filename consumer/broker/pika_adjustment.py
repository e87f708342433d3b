# SPDX-License-Identifier: Apache-2.0
"""What pika has no setting for: larger reads, and headers whose values Python cannot hold.

Any sender may set a timestamp beyond the year 9999, a NaN or an infinity in a header. The broker passes it
on, and pika raises out of the connection. One such message would end every connection that is sent it.
"""

from collections.abc import Callable
from typing import Any

from pika import data
from pika.adapters.utils import io_services_utils

# pika reads 4 KiB at a time. A batch of 100 domains took 27 system calls and turns for the interpreter.
_RECEIVE_BYTES = 256 * 1024
# Timestamp, float, double: what is read as None instead, and its length.
_LENGTHS = {b"T": 8, b"f": 4, b"d": 8}

_decode_value: Callable[[bytes, int], tuple[Any, int]] = data.decode_value


def adjust() -> None:
    """Change pika for this process; a test looks whether the names are still pika's."""
    transport = io_services_utils._AsyncTransportBase  # noqa: SLF001 - there is no setting for it
    transport._MAX_RECV_BYTES = _RECEIVE_BYTES  # noqa: SLF001 - as above
    transport._MAX_CONSUME_BYTES = 4 * _RECEIVE_BYTES  # noqa: SLF001 - as above
    data.decode_value = _tolerant_decode_value


def _tolerant_decode_value(encoded: bytes, offset: int) -> tuple[Any, int]:
    try:
        return _decode_value(encoded, offset)
    except (ValueError, OverflowError, OSError):
        length = _LENGTHS.get(encoded[offset : offset + 1])
        if length is None:
            raise
        return None, offset + 1 + length
