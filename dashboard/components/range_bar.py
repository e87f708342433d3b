# SPDX-License-Identifier: Apache-2.0
"""Where the range of a page is chosen: presets, typed times, shifting, zone, live or paused."""

from typing import NamedTuple

from dashboard.parts.markup import Element, h
from dashboard.timerange import DEFAULT_FROM, DEFAULT_TO


class Preset(NamedTuple):
    """A range that ends now."""

    words: str
    from_text: str
    spoken: str


PRESETS = (
    Preset("5m", "now-5m", "last 5 minutes"),
    Preset("15m", "now-15m", "last 15 minutes"),
    Preset("30m", "now-30m", "last 30 minutes"),
    Preset("1h", "now-1h", "last hour"),
    Preset("6h", "now-6h", "last 6 hours"),
    Preset("24h", "now-24h", "last 24 hours"),
    Preset("7d", "now-7d", "last 7 days"),
    Preset("30d", "now-30d", "last 30 days"),
    Preset("1y", "now-1y", "last year"),
)


def range_bar(default_from: str = DEFAULT_FROM, default_to: str = DEFAULT_TO) -> Element:
    """Return the bar; assets/range.js marks what the URL says and writes choices into it.

    ``default_from`` and ``default_to`` are the range of an address that names none.
    """
    # What is read there is part of the name, for those who speak it (WCAG 2.5.3).
    presets = [
        h(
            "button",
            preset.words,
            type="button",
            data_from=preset.from_text,
            aria_label=f"{preset.words}: {preset.spoken}",
        )
        for preset in PRESETS
    ]
    return h(
        "div",
        h("div", *presets, class_="segments", role="group", aria_label="range"),
        h(
            "div",
            _button("«", "shift", "-1", "earlier by half of the range"),
            _button("−", "zoom", "2", "zoom out to twice the range"),
            _button("»", "shift", "1", "later by half of the range"),
            class_="segments",
            role="group",
            aria_label="move",
        ),
        h(
            "form",
            _field("from", "From", "now-1h, 2026-11-23 08:00 …"),
            _field("to", "to", "now"),
            h("button", "Apply", type="submit", class_="button"),
            class_="range-form",
            data_range_form="yes",
        ),
        h(
            "button",
            "UTC",
            type="button",
            class_="button",
            title="times in UTC or of this browser; for another zone write tz=Europe/Berlin in the address",
            data_zone_switch="yes",
            aria_pressed="false",
        ),
        h(
            "button",
            "Go live",
            type="button",
            class_="button button--strong",
            data_live="yes",
            hidden="hidden",
        ),
        _copy_link(),
        class_="range-bar",
        data_default_from=default_from,
        data_default_to=default_to,
    )


def _copy_link() -> Element:
    """Return two links to what is shown; the field has the one that was taken, for want of a clipboard."""
    return h(
        "details",
        h("summary", "Copy link", class_="button"),
        h(
            "div",
            h("button", "With times that move on", type="button", class_="button", data_copy_link="moving"),
            h("button", "With these times, fixed", type="button", class_="button", data_copy_link="fixed"),
            h("input", type="text", name="link", aria_label="link", readonly="readonly", hidden="hidden"),
            h("p", "", role="status", class_="quiet"),
            class_="copy-link__choices",
        ),
        class_="copy-link",
    )


def _button(words: str, action: str, value: str, spoken: str) -> Element:
    attributes = {f"data_{action}": value}
    return h("button", words, type="button", title=spoken, aria_label=spoken, **attributes)


def _field(name: str, words: str, example: str) -> Element:
    return h(
        "label",
        h("span", words),
        h("input", type="text", name=name, placeholder=example, autocomplete="off", spellcheck="false"),
    )
