# SPDX-License-Identifier: Apache-2.0
"""What the VMs of a host can be stacked by, each with the panel that shows it. The address names one."""

from typing import NamedTuple

from dashboard import units
from dashboard.charts.axes import WRITERS
from dashboard.charts.panel import Panel, Series, TableColumn, Unit

TOP_COUNT = 10
# The others are grey: no VM is.
_COLOURS = (
    "blue",
    "orange",
    "green",
    "purple",
    "sky",
    "vermilion",
    "yellow",
    "brown",
    "teal",
    "violet",
)
OTHERS_COLOUR = "muted"
OTHERS_PLACE = TOP_COUNT + 1
ALL_PLACE = TOP_COUNT + 2
OTHERS_WORDS = "other VMs"
ALL_WORDS = "all VMs"


class StackFigure(NamedTuple):
    """One thing that VMs take of their host; ``name`` is its name in the address and in the question."""

    name: str
    words: str
    unit: Unit
    explanation: str
    # The least height of the axis.
    floor: float

    def column(self, place: int) -> str:
        """Return the column of a curve: those of the first ten VMs, of the others, and of all."""
        return f"vms_{self.name}_{place}"

    @property
    def key(self) -> str:
        """The key of its panel."""
        return f"vms_{self.name}"

    def written(self, value: float | None) -> str:
        """Return a value with its unit."""
        return units.UNKNOWN if value is None else WRITERS[self.unit](value)


STACK_FIGURES = (
    StackFigure("cpu", "CPU", "cores", "CPUs of the host that VMs used, QEMU's own part included", 0.1),
    StackFigure("memory", "memory", "bytes", "memory of the host that VMs occupied", 1048576.0),
    StackFigure("disk", "disk", "bytes_per_second", "read and written, all block devices of VMs", 65_536.0),
    StackFigure("network", "network", "bits_per_second", "received and sent, all interfaces of VMs", 1250.0),
)


def stack_figure(name: str | None) -> StackFigure:
    """Return the figure of a name, the first one for a name that there is not."""
    return next((each for each in STACK_FIGURES if each.name == name), STACK_FIGURES[0])


def place_colour(place: int) -> str:
    """Return the colour of a place in a stack."""
    return _COLOURS[place - 1] if place <= TOP_COUNT else OTHERS_COLOUR


def _panel(figure: StackFigure) -> Panel:
    named = (
        # The rows name the VMs.
        Series(figure.column(place), "", place_colour(place), "stack")
        for place in range(1, TOP_COUNT + 1)
    )
    return Panel(
        key=figure.key,
        title=f"VMs by {figure.words}",
        unit=figure.unit,
        height_pixels=170,
        floor=figure.floor,
        is_optional=True,
        series=(
            *named,
            Series(figure.column(OTHERS_PLACE), OTHERS_WORDS, OTHERS_COLOUR, "stack"),
            Series(figure.column(ALL_PLACE), ALL_WORDS, "text", explanation=figure.explanation),
        ),
    )


STACK_PANELS = {figure.name: _panel(figure) for figure in STACK_FIGURES}
# The rows name these too: columns of figures that are not shown are left out.
STACK_TABLE = tuple(
    TableColumn("", series.column, figure.unit)
    for figure in STACK_FIGURES
    for series in STACK_PANELS[figure.name].series
)
