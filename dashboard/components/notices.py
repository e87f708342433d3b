# SPDX-License-Identifier: Apache-2.0
"""What a page shows instead of figures, and the banner above them: each says what is and what to do."""

from datetime import datetime

from dashboard.parts.markup import Element, clean, h

PUBLISHER_COMMAND = "kvmgrid-publisher run --config /etc/kvmgrid/publisher.toml"
CHECK_COMMAND = "kvmgrid-publisher check --config /etc/kvmgrid/publisher.toml"
MIGRATE_COMMAND = "kvmgrid-consumer migrate --config /etc/kvmgrid/consumer.toml"


def first_run() -> Element:
    """Return the guide for a system that has never received anything."""
    return h(
        "section",
        h("h2", "Waiting for the first sample"),
        h(
            "p",
            "The database is ready and no host has reported yet. This page shows the first one by itself.",
        ),
        h(
            "ol",
            h(
                "li",
                "On each hypervisor, check that the publisher reaches the broker and libvirt:",
                command(CHECK_COMMAND),
            ),
            h("li", "Start it:", command(PUBLISHER_COMMAND)),
            h("li", "Keep one consumer running beside the database:", command("kvmgrid-consumer run")),
        ),
        h(
            "ul",
            h(
                "li",
                h("span", class_="dot dot--good", aria_hidden="true"),
                "database: connected, schema found",
            ),
            h("li", h("span", class_="dot dot--waiting", aria_hidden="true"), "first sample: waiting"),
            class_="checks",
        ),
        class_="guide",
    )


def schema_missing(detail: str) -> Element:
    """Return what to do about a database without our tables."""
    return h(
        "section",
        h("h2", "The database has no kvmgrid schema yet"),
        h(
            "p",
            "The database answers, but the tables behind these pages are missing or out of reach.",
        ),
        command(MIGRATE_COMMAND),
        h("p", h("span", "It said: "), h("code", clean(detail)), class_="quiet"),
        class_="guide",
    )


def banner(
    words: str, since: datetime | None, advice: str = "Trying again by itself; what is shown is older."
) -> Element:
    """Return the strip that says what has failed and since when."""
    return h(
        "p",
        h("strong", words),
        *(
            (
                " since ",
                h("time", "", class_="clock", datetime=since.isoformat()),
                " (",
                # Read aloud it would interrupt every second.
                h("time", "", class_="age", datetime=since.isoformat(), aria_hidden="true"),
                ")",
            )
            if since
            else ()
        ),
        f". {advice}",
        class_="banner",
    )


def slow_answer() -> Element:
    """Return the strip for an answer that takes longer than a page waits."""
    return banner("The database is slow", None, "What it finds is shown as soon as it is there.")


def command(text: str) -> Element:
    """Return a command to copy."""
    return h(
        "div",
        h("code", text),
        h("button", "Copy", type="button", class_="button button--small", data_copy=text),
        class_="command",
    )
