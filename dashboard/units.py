# SPDX-License-Identifier: Apache-2.0
"""Numbers for people: IEC bytes, decimal bits, percent (only here), durations.

Three significant digits, a no-break space before the unit, "n/a" for what is not known.
"""

import math

UNKNOWN = "n/a"
GAP = "\N{NO-BREAK SPACE}"
IEC_PREFIXES = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
SI_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
DAY_SECONDS = 86_400
# From here on three digits would be written as 1000, or two digits as 10: the next form starts.
THREE_DIGITS_END = 999.5
ONE_DECIMAL_END = 9.95
# Below it one decimal would be written as nothing.
SMALLEST_PERCENT = 0.05


def significant(value: float) -> str:
    """Return a number with three significant digits and no exponent: 1.25, 12.5, 125, 1250."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    if digits <= 0:
        return str(round(value))
    text = f"{value:.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".")


def _scaled(value: float, step: int, prefixes: tuple[str, ...], unit: str) -> str:
    size = abs(value)
    power = 0
    while size >= min(step, THREE_DIGITS_END) and power < len(prefixes) - 1:
        size /= step
        value /= step
        power += 1
    return f"{significant(value)}{GAP}{prefixes[power]}{unit}"


def data_size(size_bytes: float | None) -> str:
    """Return bytes in IEC units: 1.5 GiB."""
    return UNKNOWN if size_bytes is None else _scaled(size_bytes, 1024, IEC_PREFIXES, "B")


def data_rate(bytes_per_second: float | None) -> str:
    """Return a disk rate in IEC units: 3.2 MiB/s."""
    return UNKNOWN if bytes_per_second is None else _scaled(bytes_per_second, 1024, IEC_PREFIXES, "B/s")


def network_rate(bytes_per_second: float | None) -> str:
    """Return a network rate in decimal bits, as links are sold: 25 Mbit/s."""
    return UNKNOWN if bytes_per_second is None else _scaled(bytes_per_second * 8, 1000, SI_PREFIXES, "bit/s")


def frequency(per_second: float | None) -> str:
    """Return how often something happens, such as requests: 1.25 k/s."""
    return UNKNOWN if per_second is None else _scaled(per_second, 1000, SI_PREFIXES, "/s")


def percent(ratio: float | None) -> str:
    """Return a ratio of 0 to 1 as percent: whole numbers from 10 % on, one decimal below."""
    if ratio is None:
        return UNKNOWN
    value = ratio * 100
    if 0 < value < SMALLEST_PERCENT:
        return f"<0.1{GAP}%"
    text = f"{value:.0f}" if abs(value) >= ONE_DECIMAL_END or value == 0 else f"{value:.1f}"
    return f"{text}{GAP}%"


def cores(count: float | None) -> str:
    """Return used CPU in cores: 1.0 is one CPU fully used."""
    return UNKNOWN if count is None else f"{count:.2f}"


def busy_cores(count: float | None) -> str:
    """Return used CPU in cores with the word for it: 1.5 cores."""
    return UNKNOWN if count is None else f"{significant(count)}{GAP}cores"


def celsius(degrees: float | None) -> str:
    """Return a temperature: 54 °C."""
    return UNKNOWN if degrees is None else f"{degrees:.0f}{GAP}°C"


def latency(seconds: float | None) -> str:
    """Return a short time with the unit that fits: 850 µs, 4.2 ms, 1.5 s."""
    if seconds is None:
        return UNKNOWN
    if seconds == 0:
        return f"0{GAP}ms"
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        if abs(seconds) * factor < THREE_DIGITS_END:
            return f"{significant(seconds * factor)}{GAP}{unit}"
    return f"{significant(seconds)}{GAP}s"


def duration(seconds: float | None) -> str:
    """Return a span in its two largest units: 42 s, 3 min, 5 h 12 min, 40 d 3 h."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, int(seconds))
    if whole < MINUTE_SECONDS:
        return f"{whole}{GAP}s"
    if whole < HOUR_SECONDS:
        return f"{whole // MINUTE_SECONDS}{GAP}min"
    if whole < DAY_SECONDS:
        return f"{whole // HOUR_SECONDS}{GAP}h{GAP}{whole % HOUR_SECONDS // MINUTE_SECONDS}{GAP}min"
    return f"{whole // DAY_SECONDS}{GAP}d{GAP}{whole % DAY_SECONDS // HOUR_SECONDS}{GAP}h"


def tick(seconds: float) -> str:
    """Return an interval as it is set: 2.5 s, 10 s, 15 min."""
    return duration(seconds) if seconds >= MINUTE_SECONDS else f"{seconds:g}{GAP}s"


def counted(count: int, one: str, many: str) -> str:
    """Return a count with its noun: 1 host, 3 hosts."""
    return f"{count} {one if count == 1 else many}"
