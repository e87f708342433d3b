# SPDX-License-Identifier: Apache-2.0
"""What all pages share: head line, banner, the period of their requests, and the HTML around it."""

from collections.abc import Iterable

from dash import dcc, html

from dashboard.components.search_field import SearchField
from dashboard.theme import style_sheet
from dashboard.web.clientside import attributes

ADDRESS = "shell-address"
ARRIVED = "shell-arrived"
PAGE = "shell-page"
BANNER = "shell-banner"
LIVE = "shell-live"
THEME = "shell-theme"
THEME_WORDS = "shell-theme-words"
HELP = "shell-help"


def shell_layout(
    refresh_seconds: float,
    lost_after_seconds: float,
    links: Iterable[tuple[str, str]],
    *,
    has_login: bool = False,
) -> html.Div:
    """Return the frame into which the router puts a page; ``links`` are the names and paths in its bar."""
    login = attributes(data_login="yes") if has_login else {}
    return html.Div(
        [
            dcc.Location(id=ADDRESS, refresh=False),
            dcc.Store(id=ARRIVED),
            html.A("Skip to content", href="#shell-page", className="skip"),
            html.Header(
                [
                    html.A(
                        [html.Span(className="logo", **attributes(aria_hidden="true")), "kvmgrid"],
                        href="/",
                        className="brand",
                    ),
                    html.Nav(
                        [html.A(label, href=path) for label, path in links], **attributes(aria_label="pages")
                    ),
                    SearchField(),
                    html.Div(
                        [
                            # Its words say the state; pressed beside words that change would say it twice.
                            html.Button("Live", id=LIVE, className="button live", title="Pause (space)"),
                            html.Button(
                                html.Span("Theme: system", id=THEME_WORDS, className="theme__words"),
                                id=THEME,
                                className="button theme",
                            ),
                            html.Button(
                                "?",
                                id=HELP,
                                className="button help-button",
                                title="Keys (?)",
                                **attributes(aria_label="Help: keys", aria_haspopup="dialog"),
                            ),
                        ],
                        className="controls",
                    ),
                ],
                className="top",
            ),
            html.Div(id=BANNER, className="banner-place", role="status", **attributes(aria_live="polite")),
            html.Main(id=PAGE, tabIndex="-1"),
        ],
        id="content-root",
        **attributes(
            data_refresh_seconds=f"{refresh_seconds:g}", data_lost_after_seconds=f"{lost_after_seconds:g}"
        ),
        **login,
    )


def index_html() -> str:
    """Return the HTML around the app. The theme is set before the first paint, so that nothing flashes."""
    return f"""<!DOCTYPE html>
<html lang="en">
    <head>
        {{%metas%}}
        <title>{{%title%}}</title>
        <link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
        <style>{style_sheet()}</style>
        <script src="/assets/first/theme.js"></script>
        {{%css%}}
    </head>
    <body>
        {{%app_entry%}}
        <noscript>kvmgrid draws its pages in the browser and needs JavaScript.</noscript>
        <footer>
            {{%config%}}
            {{%scripts%}}
            {{%renderer%}}
        </footer>
    </body>
</html>
"""
