# SPDX-License-Identifier: Apache-2.0
"""What a message says: every member of it, as data and for reading. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, Literal

from msgspec import Struct

from consumer.rules.rule import Severity

_SUBJECT_LETTERS_MAX: Final = 200
_KINDS: Final = {
    "fired": "",
    "changed": "changed: ",
    "repeated": "still: ",
    "resolved": "resolved: ",
    "rehearsal": "TRIAL, nothing is wrong: ",
}


class Member(Struct, frozen=True, kw_only=True):
    """An alert as it is told."""

    alert_id: int
    rule: str
    severity: Severity
    host: str
    uuid: str | None = None
    domain: str | None = None
    part: str = ""
    words: str
    value: float | None = None
    fired_at: datetime
    resolved_at: datetime | None = None
    resolved_because: str | None = None
    is_flapping: bool = False


class Content(Struct, frozen=True, kw_only=True):
    """A message. ``kind`` is that of its most urgent member; ``notes`` are about the message itself."""

    kind: Literal["fired", "changed", "repeated", "resolved", "rehearsal"]
    route: str
    group: str
    at: datetime
    members: list[Member]
    notes: list[str] = []


def subject(content: Content) -> str:
    """Return a message in a line: how many fire, what the first one is."""
    firing = [each for each in content.members if each.resolved_at is None]
    first = (firing or content.members)[0]
    many = f" and {len(content.members) - 1} more" if len(content.members) > 1 else ""
    severity = f"{first.severity}: " if firing else ""
    kind = _KINDS[content.kind] if firing or content.kind in {"resolved", "rehearsal"} else "over again: "
    line = f"[kvmgrid] {kind}{severity}{first.host}: {first.words}{many}"
    line = clean(line)
    return line if len(line) <= _SUBJECT_LETTERS_MAX else f"{line[: _SUBJECT_LETTERS_MAX - 1]}…"


def body(content: Content) -> str:
    """Return a message for reading; no member is left out."""
    lines = []
    if content.kind == "rehearsal":
        lines += ["This is a trial of a route. Nothing is wrong.", ""]
    for each in content.members:
        lines += [*_member_lines(each), ""]
    lines += content.notes
    lines.append(clean(f"Route {content.route}, group {content.group}, {_time(content.at)}"))
    return "\n".join(lines) + "\n"


def _member_lines(member: Member) -> Iterator[str]:
    state = member.severity if member.resolved_at is None else "resolved"
    yield clean(f"{state}: {member.host}: {member.words}")
    what = "" if member.uuid is None else f", VM {member.domain or ''} {member.uuid}"
    yield clean(f"  alert {member.alert_id}, rule {member.rule}{what}, since {_time(member.fired_at)}")
    if member.resolved_at is not None:
        because = f": {member.resolved_because}" if member.resolved_because else ""
        yield clean(f"  over since {_time(member.resolved_at)}{because}")
    if member.is_flapping:
        yield "  It flaps: what becomes of it is told when nothing changed for a quarter of an hour."


def clean(text: str) -> str:
    """Return a text in one line: names of guests may hold line ends, and commands to a terminal."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _time(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
