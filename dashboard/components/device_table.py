# SPDX-License-Identifier: Apache-2.0
"""A table of the devices of one object, a row each: names from outside are text, what is not known is n/a."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard import units
from dashboard.parts.markup import Element, h

NAME_LETTERS = 64


class Heading(NamedTuple):
    """A column: its words, what they mean, and whether it holds numbers."""

    words: str
    title: str | None = None
    is_number: bool = True


class DeviceRow(NamedTuple):
    """A device: what names it, and a cell for each heading."""

    name: Element | str
    cells: Sequence[Element]


def device_table(
    noun: str, headings: Sequence[Heading], rows: Sequence[DeviceRow], caption: str | None = None
) -> Element:
    """Return the table of devices; ``caption`` says to a screen reader what it shows."""
    heads = [
        h("th", each.words, scope="col", title=each.title, class_="number" if each.is_number else None)
        for each in headings
    ]
    return h(
        "table",
        h("caption", caption, class_="unseen") if caption else None,
        h("thead", h("tr", h("th", noun.capitalize(), scope="col"), *heads)),
        h("tbody", *(h("tr", h("th", row.name, scope="row"), *row.cells) for row in rows)),
        class_="table",
    )


def number_cell(text: str, title: str | None = None) -> Element:
    """Return a cell with a figure; ``title`` says more of it, of n/a why."""
    return h("td", text, class_="number missing" if text == units.UNKNOWN else "number", title=title)


def unlisted(left: int) -> Element | None:
    """Return how many devices are not listed, None where all are."""
    return h("p", f"{left} more are not listed.", class_="quiet") if left > 0 else None
