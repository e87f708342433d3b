# SPDX-License-Identifier: Apache-2.0
"""Which hosts and VMs a text finds, the best first: it is a text of theirs, begins one, or is in one."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from dashboard.search.names import BREAK, Named

Part: TypeAlias = Literal["name", "uuid", "label", "former"]
PARTS: tuple[Part, ...] = ("name", "uuid", "label", "former")
# Fewer letters of a UUID are in nearly every one.
UUID_LETTERS_MIN = 4
_PART_OF_UUID = re.compile(r"[0-9a-f-]+")


class Match(NamedTuple):
    """One object, by its place in the directory, and what of it has the text."""

    part: Part
    place: int


class Matches(NamedTuple):
    """The best ones, how many there are in all, and how many of these have the text in their name."""

    best: Sequence[Match]
    total_count: int
    named_count: int


def wanted_text(text: str) -> str:
    """Return a text as it is looked for: without control characters, in small letters."""
    return "".join(letter for letter in text if letter.isprintable()).strip().casefold()


def find(text: str, texts: Sequence[Named], count_max: int) -> Matches:
    """Return what a text of ``wanted_text`` finds, at most ``count_max`` of it, the best first.

    Equals are in the order of the directory.
    """
    counts = dict.fromkeys(PARTS, 0)
    if not text:
        return Matches([], 0, 0)
    in_uuid = text if len(text) >= UUID_LETTERS_MIN and _PART_OF_UUID.fullmatch(text) else None
    whole, beginning = f"{BREAK}{text}{BREAK}", f"{BREAK}{text}"
    # By grade and part. No more of one are kept than are shown: a letter is in every name of a large fleet.
    kept: dict[tuple[int, Part], list[int]] = {(grade, part): [] for grade in range(3) for part in PARTS}
    for index, named in enumerate(texts):
        if text in named.name:
            part: Part = "name"
            within = named.name
        elif in_uuid is not None and in_uuid in named.uuid:
            part, within = "uuid", named.uuid
        elif text in named.labels:
            part, within = "label", named.labels
        elif text in named.former:
            part, within = "former", named.former
        else:
            continue
        counts[part] += 1
        grade = 0 if whole in within else 1 if beginning in within else 2
        places = kept[grade, part]
        if len(places) < count_max:
            places.append(index)
    best = [Match(part, index) for (_, part), places in kept.items() for index in places]
    return Matches(best[:count_max], sum(counts.values()), counts["name"])
