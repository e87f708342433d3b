# SPDX-License-Identifier: Apache-2.0
"""The last day of one figure of the fleet, as a small line. Where buckets are missing it is broken."""

from collections.abc import Callable, Sequence

from dashboard.pages.fleet.queries import FleetPoint
from dashboard.parts.markup import Element, h

BUCKET_SECONDS = 300.0
DAY_SECONDS = 86_400.0
WIDTH, HEIGHT = 240, 56
_LEAST_POINT_COUNT = 2


def day_line(
    points: Sequence[FleetPoint],
    figure: Callable[[FleetPoint], float | None],
    words: Callable[[float | None], str],
    maximum: float | None = None,
) -> Element:
    """Return the line, from 0 up to a maximum or to its own; ``words`` writes a value."""
    known = [(point.time_seconds, value) for point in points if (value := figure(point)) is not None]
    if len(known) < _LEAST_POINT_COUNT:
        return h("p", "no history of the last 24 h yet", class_="quiet")
    values = [value for _, value in known]
    least, most = min(values), max(values)
    # The end is that of the newest bucket: the line changes when there is one more, not with each second.
    start = known[-1][0] + BUCKET_SECONDS - DAY_SECONDS
    top = maximum or most or 1.0
    places = [
        ((time + BUCKET_SECONDS / 2 - start) / DAY_SECONDS * WIDTH, HEIGHT - min(1.0, value / top) * HEIGHT)
        for time, value in known
    ]
    return h(
        "div",
        h(
            "svg",
            h("line", class_="day__ground", x1="0", x2=str(WIDTH), y1=str(HEIGHT), y2=str(HEIGHT)),
            h("path", d=_path(known, places), class_="day__line"),
            class_="day",
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            role="img",
            aria_label=f"last 24 h: {words(least)} to {words(most)}",
        ),
        h("p", f"24 h: {words(least)} to {words(most)}", class_="quiet", aria_hidden="true"),
        title="Means of 5 minutes, each of the hosts that reported then",
    )


def _path(known: Sequence[tuple[float, float]], places: Sequence[tuple[float, float]]) -> str:
    steps = []
    before = None
    for (time, _), (x, y) in zip(known, places, strict=True):
        is_next = before is not None and time - before < BUCKET_SECONDS * 1.5
        steps.append(f"{'L' if is_next else 'M'}{x:.1f} {y:.1f}")
        if not is_next:
            # A point with a gap on both sides would not be seen.
            steps.append("h0.8")
        before = time
    return "".join(steps)
