# SPDX-License-Identifier: Apache-2.0
"""Refused messages for reading. What senders wrote is escaped: it may hold commands to a terminal. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from consumer.refusals.letters import Letter
from consumer.refusals.quarantined import Counted, Listed
from consumer.refusals.replay import Replayed

_DETAIL_CHARACTERS = 60


def printable(text: str) -> str:
    """Return a text with everything escaped that is not to be seen, but line ends."""
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text)


def body_text(body: bytes) -> str:
    """Return a body as text."""
    return printable(body.decode("utf-8", "backslashreplace"))


def body_fields(body: bytes | None) -> dict[str, object]:
    """Return a body for JSON: as text where it is UTF-8, else as base64."""
    if body is None:
        return {"body": None}
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": body}


def count_lines(counts: Sequence[Counted]) -> Iterator[str]:
    """Yield what was refused in all, by host and reason."""
    if not counts:
        yield "nothing was refused"
        return
    yield f"{'host':<28}{'reason':<12}{'messages':>10}{'bytes':>15}{'not kept':>10}  newest"
    for each in counts:
        yield (
            f"{printable(each.host) or '(unknown)':<28}{printable(each.reason):<12}{each.message_count:>10,}"
            f"{each.message_bytes:>15,}{each.unkept_message_count:>10,}  {each.newest_at:%Y-%m-%d %H:%M:%S}"
        )


def list_lines(listed: Sequence[Listed]) -> Iterator[str]:
    """Yield a line for each message that is kept."""
    if not listed:
        return
    yield ""
    yield f"{'id':>10}  {'received (UTC)':<20}{'host':<22}{'reason':<12}{'bytes':>12}  detail"
    for each in listed:
        size = "-" if each.body_bytes is None else f"{each.body_bytes:,}{'' if each.is_whole else ' cut'}"
        detail = printable(each.detail or "").replace("\n", " ")[:_DETAIL_CHARACTERS]
        yield (
            f"{each.id:>10}  {each.received_at:%Y-%m-%d %H:%M:%S} {printable(each.host) or '-':<22}"
            f"{printable(each.reason):<12}{size:>12}  {detail}"
        )


def letter_lines(letters: Sequence[Letter]) -> Iterator[str]:
    """Yield a line for each dead letter."""
    if not letters:
        yield "no dead letters"
        return
    yield f"{'id':<14}{'host':<22}{'reason':<16}{'deliveries':>10}{'bytes':>12}  routing key"
    for each in letters:
        yield (
            f"{each.id:<14}{printable(each.host) or '-':<22}{printable(each.reason):<16}"
            f"{each.delivery_count:>10,}{each.body_bytes:>12,}  {printable(each.routing_key)}"
        )


def field_lines(message: Struct, body: bytes | None) -> Iterator[str]:
    """Yield everything that is known of one message, then what is kept of its body."""
    for name, value in _fields(message).items():
        yield f"{name:<16}{'-' if value is None else printable(str(value))}"
    yield ""
    yield "the body is not kept" if body is None else body_text(body)


def as_object(message: Struct, body: bytes | None) -> dict[str, object]:
    """Return everything that is known of one message, for JSON."""
    return {**_fields(message), **body_fields(body)}


def replay_lines(replayed: Replayed, stays_in: str) -> Iterator[str]:
    """Yield what a replay did."""
    yield (
        f"{replayed.stored_message_count:,} messages stored: {replayed.row_count:,} rows added,"
        f" {replayed.duplicate_row_count:,} there already"
    )
    if replayed.cut_message_count:
        yield f"{replayed.cut_message_count:,} messages are not kept whole and cannot be replayed"
    for each in replayed.refused:
        yield f"{each.id} refused again, stays in {stays_in}: {each.reason}: {printable(each.detail)}"


def _fields(message: Struct) -> Mapping[str, object]:
    fields: dict[str, object] = msgspec.structs.asdict(message)
    return {name: value for name, value in fields.items() if name != "body"}
