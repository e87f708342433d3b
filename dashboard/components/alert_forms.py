# SPDX-License-Identifier: Apache-2.0
"""What an operator may say of an alert; assets/session.js sends it. A viewer reads why he cannot."""

from dash import html
from dash.development.base_component import Component

from dashboard.web.clientside import attributes

HOURS = {"1": "1 hour", "4": "4 hours", "12": "12 hours", "24": "1 day", "72": "3 days", "168": "1 week"}
SCOPES = {"rule": "this rule on this object", "object": "all of this object", "host": "all on this host"}
KINDS = {"silence": "silence", "maintenance": "maintenance"}
VIEWER = "You are a viewer: operators acknowledge alerts, silence them, and say when something is worked on."
STRANGER = "To acknowledge or silence, log in: the button is in the bar."


def alert_forms() -> Component:
    """Return the card with what an operator may say of the alert of the page."""
    return html.Section(
        [
            html.H2("Say something about it", id="say"),
            html.P(VIEWER, className="for-viewers quiet"),
            html.P(STRANGER, className="for-strangers quiet"),
            html.Form(
                [_text("note", "Note"), _button("Acknowledge")],
                className="alert-say for-operators",
                **attributes(data_change="acknowledge"),
            ),
            html.Form(
                [
                    _menu("kind", "Send nothing, as a", KINDS),
                    _menu("scope", "Of", SCOPES),
                    _menu("hours", "For", HOURS),
                    _text("reason", "Reason", is_required=True),
                    _button("Withhold"),
                ],
                className="alert-say for-operators",
                **attributes(data_change="withhold"),
            ),
            html.P(role="status", **attributes(aria_live="polite")),
        ],
        className="card",
        **attributes(aria_labelledby="say"),
    )


def _menu(name: str, words: str, choices: dict[str, str]) -> Component:
    options = [html.Option(each, value=value) for value, each in choices.items()]
    return html.Label([words, html.Select(options, name=name)])


def _text(name: str, words: str, *, is_required: bool = False) -> Component:
    return html.Label([words, html.Textarea(name=name, rows=1, maxLength=500, required=is_required)])


def _button(words: str) -> Component:
    return html.Button(words, className="button", type="submit")
