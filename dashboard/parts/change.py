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
    found: Change = {}
    for index, after in enumerate(new):
        before = old[index]
        if before == after:
            continue
        within = change(before, after) if isinstance(before, list) and isinstance(after, list) else None
        found[str(index)] = after if within is None else within
    return found
