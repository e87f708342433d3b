# SPDX-License-Identifier: Apache-2.0
"""The page of the login: a form without scripts."""

from html import escape

from dashboard.theme import style_sheet


def login_page(next_path: str, fault: str = "") -> str:
    """Return the page; ``next_path`` is where it leads to, ``fault`` what went wrong."""
    said = f'<p class="note note--bad" role="alert"><strong>{escape(fault)}</strong></p>' if fault else ""
    return f"""<!DOCTYPE html>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Log in · kvmgrid</title>
        <link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
        <style>{style_sheet()}</style>
        <script src="/assets/first/theme.js"></script>
        <link rel="stylesheet" href="/assets/frame.css">
        <link rel="stylesheet" href="/assets/host.css">
        <link rel="stylesheet" href="/assets/login.css">
    </head>
    <body>
        <main>
            <form class="guide login" method="post" action="/login">
                <h1>Log in</h1>
                {said}
                <label>Name
                    <input name="name" autocomplete="username" maxlength="64" required autofocus>
                </label>
                <label>Password
                    <input name="password" type="password" autocomplete="current-password" required>
                </label>
                <input type="hidden" name="next" value="{escape(next_path)}">
                <button class="button button--strong">Log in</button>
                <p class="quiet">kvmgrid-dashboard password NAME --role operator gives one.</p>
            </form>
        </main>
    </body>
</html>
"""
