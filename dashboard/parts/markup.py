# SPDX-License-Identifier: Apache-2.0
"""Small trees of elements, built here and drawn by assets/markup.js.

Dash has no SVG elements and turns every element into a React component. A grid of a hundred hosts has ten
thousand elements and changes every second. These trees are plain lists, and the browser changes only what
differs. Texts are set as text, never as HTML; the names of VMs belong to strangers.
"""

import hashlib
import unicodedata
from typing import TypeAlias

import orjson

Json: TypeAlias = "str | dict[str, str] | list[Json] | None"
Element: TypeAlias = list[Json]
Child: TypeAlias = "Element | str"

# Control, format (bidirectional overrides, zero width), surrogate, private, unassigned, line and paragraph
# separators. None of them belongs in a name, and several can make one name look like another.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean(text: str, maximum_length: int = 200) -> str:
    """Return a text from outside without invisible characters, cut with an ellipsis."""
    if text.isprintable():
        # Nearly every name, and looked at without a loop.
        shown = text
    else:
        shown = "".join(
            _REPLACEMENT if unicodedata.category(letter) in _INVISIBLE else letter for letter in text
        )
    return shown if len(shown) <= maximum_length else shown[: maximum_length - 1] + "…"


def h(tag: str, *children: "Child | None", **attributes: str | None) -> Element:
    """Return an element; ``class_`` and ``data_x`` become ``class`` and ``data-x``, None is left out."""
    written: dict[str, str] = {
        name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None
    }
    return [tag, written, *(child for child in children if child is not None)]


def texts(tree: Child) -> str:
    """Return all text of a tree in reading order (what a person would read aloud)."""
    if isinstance(tree, str):
        return tree
    parts: list[Json] = tree[2:]
    return " ".join(texts(part) for part in parts if isinstance(part, (str, list))).strip()


def digest(tree: object) -> str:
    """Return a name for what the browser is shown: equal for equal trees and figures."""
    return hashlib.blake2s(orjson.dumps(tree), digest_size=8).hexdigest()
