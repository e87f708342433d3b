# SPDX-License-Identifier: Apache-2.0
"""The health of a host: a circle that is as full as its score, with number and word.

Never colour alone: level, number and word say the same. The list beside it says which rule took which points.
"""

from typing import NamedTuple

from dashboard.markup import Element, clean, h
from dashboard.queries import JsonList
from dashboard.units import GAP

STATES = frozenset({"good", "strained", "bad", "unknown"})
FULL_SCORE = 100
MINUS = "\N{MINUS SIGN}"
_RADIUS = 26
_CENTRE = 30


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


def circle(health: Health) -> Element:
    """Return the circle as SVG."""
    share = 1.0 if health.score is None else health.score / FULL_SCORE
    top = _CENTRE + _RADIUS - 2 * _RADIUS * share
    score_text = "?" if health.score is None else str(health.score)
    spoken = f"health {health.state}" + ("" if health.score is None else f", {health.score} of {FULL_SCORE}")
    return h(
        "svg",
        h("circle", class_="health__ground", cx=str(_CENTRE), cy=str(_CENTRE), r=str(_RADIUS)),
        h(
            "rect",
            class_="health__level",
            x=str(_CENTRE - _RADIUS),
            y=f"{top:.1f}",
            width=str(2 * _RADIUS),
            height=f"{2 * _RADIUS * share:.1f}",
        ),
        h("circle", class_="health__rim", cx=str(_CENTRE), cy=str(_CENTRE), r=str(_RADIUS)),
        h("text", score_text, class_="health__score", x=str(_CENTRE), y=str(_CENTRE + 6)),
        class_=f"health health--{health.state}",
        viewBox="0 0 60 60",
        role="img",
        aria_label=spoken,
    )


def reasons(health: Health) -> Element:
    """Return the state word; where rules took points it opens to their list."""
    word = h("span", health.state, class_=f"state-word state-word--{health.state}")
    if not health.reasons:
        return h("div", word, class_="why")
    return h(
        "details",
        h("summary", word, h("span", f"{MINUS}{FULL_SCORE - (health.score or 0)}", class_="why__points")),
        h("ul", *(h("li", reason) for reason in health.reasons)),
        class_="why",
        title="\n".join(health.reasons),
    )


def _reason(item: dict[str, object]) -> str:
    text = clean(str(item.get("text") or item.get("rule") or "unnamed rule"))
    points = item.get("points")
    return f"{MINUS}{points}{GAP}{text}" if isinstance(points, (int, float)) else text
