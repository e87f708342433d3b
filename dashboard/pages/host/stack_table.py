# SPDX-License-Identifier: Apache-2.0
"""Which VMs took most of a host in a range, in words and as a table; what it is by is chosen here."""

from collections.abc import Mapping

from dashboard import units
from dashboard.components.domain_words import domain_link
from dashboard.pages.host.stack import Stack, StackCurve, curve_words
from dashboard.pages.host.stack_figures import (
    ALL_PLACE,
    OTHERS_PLACE,
    STACK_FIGURES,
    StackFigure,
    place_colour,
)
from dashboard.parts.markup import Element, h

# Less than that is no waiting that anybody notices.
SUFFERING_STEAL_RATIO = 0.01


def stack_table(stack: Stack, choices: Mapping[str, str], query: str) -> Element:
    """Return the choice of a figure and who took most of it.

    ``choices`` are the addresses of the figures by name; ``query`` goes along to the pages of VMs.
    """
    curves = {curve.place: curve for curve in stack.curves}
    return h("div", _choice(stack.figure, choices), *_found(stack, curves, query))


def _choice(figure: StackFigure, choices: Mapping[str, str]) -> Element:
    links = [
        h(
            "a",
            each.words,
            href=choices[each.name],
            class_="choice",
            aria_current="true" if each is figure else None,
            title=each.explanation,
        )
        for each in STACK_FIGURES
    ]
    return h("p", "By ", *(part for link in links for part in (link, " ")), class_="choices")


def _found(stack: Stack, curves: Mapping[int, StackCurve], query: str) -> list[Element]:
    if stack.failure is not None:
        return [h("p", h("strong", stack.failure), class_="note note--bad")]
    everything = curves.get(ALL_PLACE)
    if everything is None:
        return [h("p", "No VM was seen here in this range.", class_="quiet")]
    heads = (
        ("VM", "the legend of the chart, in its order", None),
        ("Mean", "over all of the range; what a VM took elsewhere does not count", "number"),
        ("Share", "of what all VMs of this host took", "number"),
        ("Greatest", "of one value that is drawn", "number"),
        ("Steal", "share of time its vCPUs were ready and had to wait", "number"),
    )
    shown = [curve for place, curve in sorted(curves.items()) if place != ALL_PLACE]
    return [
        _sentence(stack.figure, curves, everything, query),
        h(
            "table",
            h(
                "thead",
                h("tr", *(h("th", word, scope="col", title=tip, class_=kind) for word, tip, kind in heads)),
            ),
            h("tbody", *(_row(stack.figure, curve, everything, query) for curve in [*shown, everything])),
            class_="table",
        ),
    ]


def _sentence(
    figure: StackFigure, curves: Mapping[int, StackCurve], everything: StackCurve, query: str
) -> Element:
    first = curves.get(1)
    if first is None or first.uuid is None or not first.mean:
        return h("p", f"No VM took any {figure.words} in this range, as far as is known.")
    took = (
        f" took most: {figure.written(first.mean)} of the {figure.written(everything.mean)} that all VMs of"
        f" this host took ({units.percent(_share(first, everything))}), on average over this range."
    )
    words: list[Element | str] = [h("strong", domain_link(first.uuid, first.name or "", query)), took]
    waited = first.sufferer_steal_ratio
    if figure.name == "cpu" and first.sufferer_uuid is not None and (waited or 0.0) >= SUFFERING_STEAL_RATIO:
        words += [
            " ",
            h("strong", domain_link(first.sufferer_uuid, first.sufferer_name or "", query)),
            f" waited most for a CPU: {units.percent(waited)} of the time.",
        ]
    return h("p", *words, class_="stack-words")


def _share(curve: StackCurve, everything: StackCurve) -> float | None:
    return curve.mean / everything.mean if curve.mean is not None and everything.mean else None


def _row(figure: StackFigure, curve: StackCurve, everything: StackCurve, query: str) -> Element:
    swatch = h(
        "span",
        class_="swatch swatch--area",
        style=f"--ink:var(--{place_colour(curve.place)})",
        aria_hidden="true",
    )
    figures = (
        figure.written(curve.mean),
        units.percent(_share(curve, everything)),
        figure.written(curve.greatest),
        units.percent(curve.steal_ratio),
    )
    if curve.uuid is not None:
        name: list[Element | str] = [swatch, domain_link(curve.uuid, curve.name or "", query, "cell-name")]
        cells = [_number(text) for text in figures]
    else:
        words = f"{curve_words(curve.place, None)} ({curve.domain_count})"
        name = [swatch, words] if curve.place == OTHERS_PLACE else [words]
        # Of several there is no greatest value of one, and no time that one waited.
        cells = [*(_number(text) for text in figures[:2]), h("td"), h("td")]
    return h("tr", h("th", *name, scope="row", class_="stack-name"), *cells)


def _number(text: str) -> Element:
    return h("td", text, class_="number missing" if text == units.UNKNOWN else "number")
