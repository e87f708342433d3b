# SPDX-License-Identifier: Apache-2.0
"""The health of a host: a circle that is as full as its score, with number and word.

Never colour alone: level, number and word say the same. The list beside it says which rule took which points.
"""

from typing import NamedTuple

from dashboard.parts.markup import Element, clean, h
from dashboard.parts.template import Template
from dashboard.queries import JsonList
from dashboard.units import GAP

STATES = frozenset({"good", "strained", "bad", "unknown"})
FULL_SCORE = 100
# As much of a path or of a VM's name as a line of a card bears.
OBJECT_LETTERS_MAX = 64
MINUS = "\N{MINUS SIGN}"
_RADIUS = 26
_CENTRE = 30


CIRCLE = Template(
    "circle",
    h(
        "svg",
        h("circle", class_="health__ground", cx=str(_CENTRE), cy=str(_CENTRE), r=str(_RADIUS)),
        h(
            "rect",
            class_="health__level",
            x=str(_CENTRE - _RADIUS),
            y="{top}",
            width=str(2 * _RADIUS),
            height="{height}",
        ),
        h("circle", class_="health__rim", cx=str(_CENTRE), cy=str(_CENTRE), r=str(_RADIUS)),
        h("text", "{score}", class_="health__score", x=str(_CENTRE), y=str(_CENTRE + 6)),
        class_="health health--{state}",
        viewBox="0 0 60 60",
        role="img",
        aria_label="health {spoken}",
    ),
)
# The word where no rule took points.
SOUND = Template(
    "sound", h("div", h("span", "{state}", class_="state-word state-word--{state}"), class_="why")
)


class Health(NamedTuple):
    """Score 0 to 100 (None while unknown), word and the rules that took points."""

    score: int | None
    state: str
    reasons: tuple[str, ...]


def read_health(score: int | None, state: str | None, reasons: JsonList | None, *, is_stale: bool) -> Health:
    """Return the health of a row; a stale host has none, whatever its last sample said."""
    word = state if state in STATES else "unknown"
    if is_stale or word == "unknown" or score is None:
        return Health(None, "unknown", ())
    return Health(
        min(max(score, 0), FULL_SCORE), word or "unknown", tuple(_reason(item) for item in reasons or [])
    )


def circle_words(health: Health) -> dict[str, str]:
    """Return what fills the holes of the circle."""
    share = 1.0 if health.score is None else health.score / FULL_SCORE
    height = 2 * _RADIUS * share
    return {
        "state": health.state,
        "spoken": health.state + ("" if health.score is None else f", {health.score} of {FULL_SCORE}"),
        "top": f"{_CENTRE + _RADIUS - height:.1f}",
        "height": f"{height:.1f}",
        "score": "?" if health.score is None else str(health.score),
    }


def reasons(health: Health) -> Element:
    """Return the state word; where rules took points it opens to their list."""
    if not health.reasons:
        return SOUND.filled(state=health.state)
    word = h("span", health.state, class_=f"state-word state-word--{health.state}")
    return h(
        "details",
        h("summary", word, h("span", f"{MINUS}{FULL_SCORE - (health.score or 0)}", class_="why__points")),
        h("ul", *(h("li", reason) for reason in health.reasons)),
        class_="why",
        title="\n".join(health.reasons),
    )


def reason_words(item: dict[str, object]) -> str:
    """Return what a reason says; the name of its object at the end may be any text of a guest's."""
    text = str(item.get("text") or item.get("rule") or "unnamed rule")
    found = item.get("object")
    name = str(found.get("name") or "") if isinstance(found, dict) else ""
    if not name or not text.endswith(name):
        return clean(text)
    return clean(text.removesuffix(name)) + clean(name, OBJECT_LETTERS_MAX)


def _reason(item: dict[str, object]) -> str:
    points, text = item.get("points"), reason_words(item)
    return f"{MINUS}{points}{GAP}{text}" if isinstance(points, (int, float)) else text
