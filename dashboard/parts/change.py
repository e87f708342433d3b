# SPDX-License-Identifier: Apache-2.0
"""What differs between two trees of one shape, so that a new figure does not send its neighbours again.

A change of a list is an object: an index, as text, and what stands there now. An object in the place of a
list is the change of that list; everything else replaces what was there. assets/change.js applies it.
"""

from typing import TypeAlias

from dashboard.parts.markup import Element, Json

Change: TypeAlias = "dict[str, Change | Json]"


def change(old: Element, new: Element) -> "Change | None":
    """Return what makes the old tree the new one, None if they are of different shapes."""
    if len(old) != len(new) or old[0] != new[0]:
        return None
    return {
        str(index): _difference(before, after)
        for index, (before, after) in enumerate(zip(old, new, strict=True))
        if before != after
    }


def _difference(old: Json, new: Json) -> "Change | Json":
    if isinstance(old, list) and isinstance(new, list):
        found = change(old, new)
        return new if found is None else found
    return new
