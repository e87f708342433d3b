# SPDX-License-Identifier: Apache-2.0
"""Numbers for people: IEC bytes, rates, percentages, durations. None reads as "-"."""

from datetime import timedelta

ABSENT = "-"
_PREFIXES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_STEP = 1024
_WHOLE_FROM = 100


def size(value_bytes: float | None) -> str:
    """Return "1.5 GiB"."""
    if value_bytes is None:
        return ABSENT
    value = float(value_bytes)
    for prefix in _PREFIXES:
        if abs(value) < _STEP or prefix == _PREFIXES[-1]:
            break
        value /= _STEP
    digits = 0 if prefix == "B" or abs(value) >= _WHOLE_FROM else 1
    return f"{value:.{digits}f} {prefix}"


def throughput(bytes_per_second: float | None) -> str:
    """Return "1.5 MiB/s"."""
    return ABSENT if bytes_per_second is None else f"{size(bytes_per_second)}/s"


def percent(ratio: float | None) -> str:
    """Return "12.5 %" for 0.125."""
    return ABSENT if ratio is None else f"{100 * ratio:.1f} %"


def rate(per_second: float | None) -> str:
    """Return "12.5/s"."""
    return ABSENT if per_second is None else f"{per_second:.1f}/s"


def cores(value: float | None) -> str:
    """Return "1.25" for so many CPUs fully used."""
    return ABSENT if value is None else f"{value:.2f}"


def milliseconds(value_seconds: float | None) -> str:
    """Return "1.5 ms"."""
    return ABSENT if value_seconds is None else f"{1000 * value_seconds:.1f} ms"


def celsius(value: float | None) -> str:
    """Return "45.0 °C"."""
    return ABSENT if value is None else f"{value:.1f} °C"


def duration(value_seconds: float | None) -> str:
    """Return "3 days, 4:05:06"."""
    return ABSENT if value_seconds is None else str(timedelta(seconds=int(value_seconds)))


def number(value: float | None) -> str:
    """Return "1.25", or "3" for a whole number."""
    return ABSENT if value is None else f"{value:g}"
