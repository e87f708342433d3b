# SPDX-License-Identifier: Apache-2.0
"""What Dash leaves untyped: binding to functions of the assets, and attributes with hyphens."""

from typing import Any

from dash import ClientsideFunction, Dash
from dash.dependencies import DashDependency


def bind(app: Dash, function: tuple[str, str], *dependencies: DashDependency) -> None:
    """Bind ``namespace.function`` of the assets to its output and inputs. No script is written inline."""
    app.clientside_callback(ClientsideFunction(*function), *dependencies)  # type: ignore[no-untyped-call]  # Dash's


def attributes(**words: str) -> dict[str, Any]:
    """Return attributes with hyphens for a Dash component: aria_label becomes aria-label."""
    return {name.replace("_", "-"): word for name, word in words.items()}
