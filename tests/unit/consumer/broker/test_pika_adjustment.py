# SPDX-License-Identifier: Apache-2.0
"""What pika is made to do that it has no setting for."""

import struct

import pytest
from pika import data
from pika.adapters.utils import io_services_utils

from consumer.broker.pika_adjustment import adjust


def test_pika_still_reads_by_the_names_we_set() -> None:
    """An update that renames what makes reads larger shows here, and not as a slow consumer."""
    transport = io_services_utils._AsyncTransportBase

    assert transport._MAX_RECV_BYTES >= 4_096
    assert transport._MAX_CONSUME_BYTES >= 4_096


@pytest.mark.parametrize(
    "value",
    [
        struct.pack(">cQ", b"T", 2**64 - 1),
        struct.pack(">cQ", b"T", 10**12),
        struct.pack(">cf", b"f", float("nan")),
        struct.pack(">cd", b"d", float("inf")),
    ],
)
def test_a_header_that_python_cannot_hold_is_none(value: bytes) -> None:
    """At any depth, and what follows is read from where it begins."""
    adjust()
    entries = b"\x01a" + value + b"\x01b" + b"A" + struct.pack(">I", len(value)) + value + b"\x01cb\x07"
    table = struct.pack(">I", len(entries)) + entries

    assert ({"a": None, "b": [None], "c": 7}, len(table)) == data.decode_table(table, 0)


def test_other_headers_are_as_before() -> None:
    """What pika reads and what it refuses does not change."""
    adjust()
    pieces: list[bytes] = []
    headers = {"text": "x", "number": 2**40, "list": [1, {"deep": True}]}
    data.encode_table(pieces, headers)

    assert headers == data.decode_table(b"".join(pieces), 0)[0]
    with pytest.raises(data.exceptions.InvalidFieldTypeException):
        data.decode_value(b"?", 0)
