# SPDX-License-Identifier: Apache-2.0
"""How a browser shows the chart of a host: reported beside the request of the page's parts."""

from typing import Annotated

from msgspec import Meta, Struct

from dashboard.parts.contract import ShortText
from dashboard.theme import ThemeName


class ChartView(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``figure`` names the picture that the browser already shows."""

    theme: ThemeName = "light"
    is_touch: bool = False
    width_pixels: Annotated[int, Meta(ge=200, le=8000)] = 1200
    hidden: Annotated[list[ShortText], Meta(max_length=64)] = []
    is_table: bool = False
    figure: ShortText = ""
