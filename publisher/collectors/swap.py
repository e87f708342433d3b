# SPDX-License-Identifier: Apache-2.0
"""Swapping and kills for lack of memory from /proc/vmstat. How much swap is in use: see memory."""

import os
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import SourceMalformedError, SystemTree, whole

PATH: Final = "/proc/vmstat"


class SwapReading(Struct, frozen=True, kw_only=True):
    """Bytes swapped and processes killed since boot. ``oom_kill`` needs Linux 4.13."""

    in_bytes_total: int | None = None
    out_bytes_total: int | None = None
    oom_kill_total: int | None = None


class SwapCollector:
    """Reads /proc/vmstat once per tick."""

    name = "swap"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def collect(self) -> Collected[SwapReading]:
        """Return the reading of this instant."""
        reading = parse(self._tree.read(PATH), self._page_bytes)
        missing = [name for name in reading.__struct_fields__ if getattr(reading, name) is None]
        return Collected(reading, f"{PATH}: no {', '.join(missing)}" if missing else None)


def parse(text: str, page_bytes: int) -> SwapReading:
    """Return the reading in the text of /proc/vmstat; raise SourceMalformedError if it has none of it."""
    # The file has some 180 lines; three are wanted.
    pages_in, pages_out, kills = (_counter(text, name) for name in ("pswpin", "pswpout", "oom_kill"))
    if pages_in is None and pages_out is None and kills is None:
        raise SourceMalformedError(f"{PATH}: no pswpin, pswpout or oom_kill")
    return SwapReading(
        in_bytes_total=None if pages_in is None else pages_in * page_bytes,
        out_bytes_total=None if pages_out is None else pages_out * page_bytes,
        oom_kill_total=kills,
    )


def _counter(text: str, name: str) -> int | None:
    found = 0 if text.startswith(f"{name} ") else text.find(f"\n{name} ") + 1
    if not found and not text.startswith(f"{name} "):
        return None
    begin = found + len(name) + 1
    end = text.find("\n", begin)
    return whole(text[begin:] if end < 0 else text[begin:end])
