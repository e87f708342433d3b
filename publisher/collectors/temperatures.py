# SPDX-License-Identifier: Apache-2.0
"""Temperatures of CPU packages and of the board from /sys/class/hwmon.

Only chips that are wanted are read. A bus of one-wire sensors takes seconds. Reading an NVMe drive's sensor
was seen to stall its I/O. Runs in the background (see background), never in the tick. hwmonN numbers change
from boot to boot, so that a sensor is known by its chip's name and its label.
"""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct

from publisher.collectors.collected import Collected
from publisher.procfs import SourceError, SourceUnavailableError, SystemTree, whole
from publisher.wire.field_types import NAME_CHARACTERS

FOLDER: Final = "/sys/class/hwmon"
ZONES: Final = "/sys/class/thermal"

# The labels that stand for a whole package, best first, and the chips that have them. Tctl may carry an
# offset for the fan control that Tdie has not (Documentation/hwmon/k10temp.rst). "Core 0" and its like
# serve chips without a package sensor.
_PACKAGE_LABELS: Final = {
    "coretemp": ("Package id ", "Physical id ", "Core "),
    "k10temp": ("Tdie", "Tctl", "temp1"),
    "zenpower": ("Tdie", "Tctl", "temp1"),
    "cpu_thermal": ("temp1",),
}
_ZONE_TYPES: Final = frozenset({"x86_pkg_temp", "cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal"})

# Inputs that are not connected read 121 or -55 or 0 degrees.
_COLDEST_CELSIUS: Final = 1.0
_HOTTEST_CELSIUS: Final = 120.0
_HIGHEST_LIMIT_CELSIUS: Final = 150.0

_INPUT: Final = re.compile(r"\A(temp\d{1,3})_input\Z", re.ASCII)


# Shorter would trouble slow sensors, longer would show yesterday's weather.
Period = Annotated[float, Meta(ge=10, le=600)]


class TemperatureSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which sensors to read: ``board_chip`` and ``board_label`` as the files ``name`` and ``tempN_label``.

    An input without label is called after its file, such as ``temp1``. ``excluded_chips`` may also name
    types of thermal zones.
    """

    board_chip: str | None = None
    board_label: str | None = None
    excluded_chips: tuple[str, ...] = ()
    period_seconds: Period = 30.0


class Sensor(Struct, frozen=True):
    """One input of a chip, with the limit the chip itself names (critical, else maximum)."""

    chip: str
    label: str
    celsius: float
    limit_celsius: float | None


class TemperatureReading(Struct, frozen=True, kw_only=True):
    """The hottest package by chip and label, with its own limit, and the board."""

    cpu_sensor: str | None = None
    cpu_celsius: float | None = None
    cpu_limit_celsius: float | None = None
    board_celsius: float | None = None


def collect(tree: SystemTree, settings: TemperatureSettings) -> Collected[TemperatureReading]:
    """Return the temperatures; raise SourceUnavailableError if this host shows none that is wanted."""
    excluded = set(settings.excluded_chips)
    chips = {*_PACKAGE_LABELS, *filter(None, [settings.board_chip])} - excluded
    sensors = read_sensors(tree, chips)
    cpu = hottest_package(sensors) or hottest_zone(tree, _ZONE_TYPES - excluded)
    board = [
        sensor.celsius
        for sensor in sensors
        if settings.board_chip and (sensor.chip, sensor.label) == (settings.board_chip, settings.board_label)
    ]
    remarks = [] if cpu else ["no CPU temperature sensor"]
    if not settings.board_chip:
        remarks.append("no board sensor is configured")
    elif not board:
        remarks.append(f"no plausible value from {settings.board_chip} {settings.board_label!r}")
    if cpu is None and not board:
        raise SourceUnavailableError("; ".join(remarks))
    reading = TemperatureReading(
        cpu_sensor=f"{cpu.chip} {cpu.label}"[:NAME_CHARACTERS] if cpu else None,
        cpu_celsius=cpu.celsius if cpu else None,
        cpu_limit_celsius=cpu.limit_celsius if cpu else None,
        board_celsius=max(board, default=None),
    )
    return Collected(reading, "; ".join(remarks) or None)


def read_sensors(tree: SystemTree, chips: set[str]) -> list[Sensor]:
    """Return every plausible input of the named chips; inputs that cannot be read are left out."""
    try:
        numbered = tree.names(FOLDER)
    except SourceError:
        return []
    sensors: list[Sensor] = []
    for entry in numbered:
        # Before Linux 3.15 some drivers put their files one folder deeper.
        for place in (f"{FOLDER}/{entry}", f"{FOLDER}/{entry}/device"):
            chip = _text(tree, f"{place}/name")
            if chip in chips:
                sensors.extend(_inputs(tree, place, chip))
                break
    return sensors


def hottest_package(sensors: list[Sensor]) -> Sensor | None:
    """Return the hottest CPU package sensor; of each chip kind only its best label counts."""
    candidates: list[Sensor] = []
    for chip, prefixes in _PACKAGE_LABELS.items():
        of_chip = [sensor for sensor in sensors if sensor.chip == chip]
        ranked = ([sensor for sensor in of_chip if sensor.label.startswith(prefix)] for prefix in prefixes)
        candidates.extend(next((matching for matching in ranked if matching), []))
    return max(candidates, key=lambda sensor: sensor.celsius, default=None)


def hottest_zone(tree: SystemTree, types: frozenset[str]) -> Sensor | None:
    """Return the hottest thermal zone of these types, for boards whose CPU has no hwmon chip."""
    try:
        zones = [name for name in tree.names(ZONES) if name.startswith("thermal_zone")]
    except SourceError:
        return None
    sensors: list[Sensor] = []
    for zone in zones:
        kind = _text(tree, f"{ZONES}/{zone}/type")
        celsius = _celsius(tree, f"{ZONES}/{zone}/temp") if kind in types else None
        if celsius is not None and _COLDEST_CELSIUS <= celsius <= _HOTTEST_CELSIUS:
            sensors.append(Sensor(kind, zone, celsius, None))
    return max(sensors, key=lambda sensor: sensor.celsius, default=None)


def _inputs(tree: SystemTree, place: str, chip: str) -> list[Sensor]:
    try:
        names = tree.names(place)
    except SourceError:
        return []
    sensors: list[Sensor] = []
    for match in filter(None, map(_INPUT.match, names)):
        celsius = _celsius(tree, f"{place}/{match[0]}")
        if celsius is not None and _COLDEST_CELSIUS <= celsius <= _HOTTEST_CELSIUS:
            label = _text(tree, f"{place}/{match[1]}_label") or match[1]
            limit = _limit(tree, f"{place}/{match[1]}")
            sensors.append(Sensor(chip, label, celsius, limit))
    return sensors


def _limit(tree: SystemTree, sensor: str) -> float | None:
    for kind in ("crit", "max"):
        limit = _celsius(tree, f"{sensor}_{kind}")
        if limit is not None and _COLDEST_CELSIUS < limit <= _HIGHEST_LIMIT_CELSIUS:
            return limit
    return None


def _celsius(tree: SystemTree, path: str) -> float | None:
    millidegrees = whole(_text(tree, path))
    return None if millidegrees is None else millidegrees / 1000


def _text(tree: SystemTree, path: str) -> str:
    """Return the text of a sensor's file; empty if it cannot be read, as is normal for sensors."""
    try:
        return tree.read_once(path).strip()
    except SourceError:
        return ""
