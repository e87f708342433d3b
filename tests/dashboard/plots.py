# SPDX-License-Identifier: Apache-2.0
"""What a chart of a page has drawn, read of Plotly's own state."""

from typing import Any

from playwright.sync_api import Page

# Until a chart is drawn for the first time, and after it is freed, its element is no plot.
DRAWN = """(identifier) => {
    const plot = document.querySelector(`#${identifier} .js-plotly-plot`);
    return plot && plot._fullData && plot._fullLayout ? plot : null;
}"""


def wait_for_plot(page: Page, identifier: str, condition: str, argument: object = None) -> None:
    """Wait until a condition ``(plot, argument) => …`` holds of the drawn plot of a chart."""
    page.wait_for_function(
        f"([chart, given]) => (plot => Boolean(plot && ({condition})(plot, given)))(({DRAWN})(chart))",
        arg=[identifier, argument],
    )


def plot_value(page: Page, identifier: str, reading: str) -> Any:
    """Return a reading ``plot => …`` of the drawn plot of a chart, None while there is no plot."""
    return page.evaluate(f"chart => (plot => plot && ({reading})(plot))(({DRAWN})(chart))", identifier)
