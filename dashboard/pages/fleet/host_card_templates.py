# SPDX-License-Identifier: Apache-2.0
"""What all host cards look like, as templates; host_card.py says what fills them."""

from dashboard import units
from dashboard.components.health_circle import CIRCLE, SOUND
from dashboard.components.host_words import SIMULATED
from dashboard.pages.fleet import domain_line
from dashboard.parts.markup import Element, h
from dashboard.parts.template import Template


def _bar(words: str, hole: str, title: str) -> tuple[Element, Element]:
    number = h("span", f"{{{hole}}}", class_="bar__number")
    return h("dt", words), h("dd", f"{{{hole}_bar}}", number, class_="bar", title=title)


def _label(words: str) -> Element:
    return h("span", words, class_="host-card__label")


HOST_CARD = Template(
    "host card",
    h(
        "article",
        h(
            "header",
            h("div", "{circle}", "{reasons}", class_="host-card__health"),
            h(
                "div",
                h("h2", h("a", "{host}", href="{path}"), title="{host}"),
                h("p", "{about}", class_="host-card__sub"),
                "{age}",
                class_="host-card__title",
            ),
            class_="host-card__head",
        ),
        h(
            "dl",
            *_bar("CPU", "cpu", "busy share of all CPUs of the host"),
            *_bar("RAM", "memory", "{memory_title}"),
            *_bar("Disk", "disk", "busy time of the busiest disk"),
            class_="bars",
        ),
        "{temperature}",
        "{domains}",
        class_="host-card host-card--{state} host-card--{freshness}",
        data_stale_at="{stale_at}",
        aria_label="host {host}",
    ),
)
AGE = Template(
    "age",
    h(
        "p",
        "{word}",
        h("time", "", class_="age", datetime="{at}", data_suffix=" ago"),
        "{badge}",
        class_="host-card__age",
    ),
)
LATE = Template("late", h("span", "{word}", class_="host-card__late"))
BAR = Template("bar", h("span", h("span", class_="bar__fill", style="width:{percent}%"), class_="bar__track"))
NO_BAR = Template(
    "no bar",
    h("span", h("span", class_="bar__fill", style="width:0.0%"), class_="bar__track bar__track--unknown"),
)
TEMPERATURE = Template(
    "temperature", h("p", _label("Temp"), h("span", "{text}", title="{title}"), class_="host-card__row")
)
WARM = Template(
    "warm",
    h(
        "p",
        _label("Temp"),
        h("span", "{text}", class_="host-card__warm", title="{title}"),
        h("span", " near its limit", class_="host-card__warm"),
        class_="host-card__row",
    ),
)
NO_TEMPERATURE = Template(
    "no temperature",
    h(
        "p",
        _label("Temp"),
        h("span", units.UNKNOWN, class_="host-card__missing", title="{reason}"),
        class_="host-card__row",
    ),
)
DOMAINS = Template("domains", h("div", "{count}", "{trouble}", "{lines}", class_="host-card__vms"))
COUNT = Template("count", h("p", _label("VMs"), h("span", "{words}"), class_="host-card__row"))
MORE = Template(
    "more", h("li", h("a", "+{left} more", href="{path}#vms", class_="vm vm--more")), inherited={"path"}
)

TEMPLATES = (
    HOST_CARD,
    CIRCLE,
    SOUND,
    AGE,
    LATE,
    SIMULATED,
    BAR,
    NO_BAR,
    TEMPERATURE,
    WARM,
    NO_TEMPERATURE,
    DOMAINS,
    COUNT,
    MORE,
    *domain_line.TEMPLATES,
)
