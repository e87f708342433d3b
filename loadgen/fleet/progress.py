# SPDX-License-Identifier: Apache-2.0
"""How far a run is: a bar on a terminal, a line now and then in a log."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TextIO

_BAR_CELLS = 24
_TERMINAL_SECONDS = 0.25
_LOG_SECONDS = 10.0
_PUNCTUAL_SECONDS = 1.0


class FleetProgress:
    """Shows history as a bar with rate and time left, then live batches as a count."""

    def __init__(
        self,
        stream: TextIO,
        *,
        begins_at: float,
        lives_at: float,
        wall_seconds: Callable[[], float] = time.time,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._begins_at = begins_at
        self._lives_at = lives_at
        self._wall_seconds = wall_seconds
        self._monotonic_seconds = monotonic_seconds
        self._is_terminal = stream.isatty()
        self._started = self._shown = monotonic_seconds()
        self._live = begins_at >= lives_at
        self._told_at = begins_at
        self._row_count = 0
        # How late live samples were at worst; None until the run has caught up with the present.
        self._late_seconds: float | None = None
        self.sent_count = 0

    def told(self, second: float, row_count: int) -> None:
        """Note a message of that time with so many VM samples that was handed to the broker."""
        self._told_at = second
        self._row_count += row_count
        late_seconds = self._wall_seconds() - second
        if self._late_seconds is not None or late_seconds < _PUNCTUAL_SECONDS:
            self._late_seconds = max(self._late_seconds or 0.0, late_seconds)
        if not self._live and second > self._lives_at:
            self._live = True
            seconds = max(self._monotonic_seconds() - self._started, 1e-3)
            self._write(
                f"history sent in {seconds:.0f} s, {self._row_count / seconds:,.0f} VM samples/s; now live"
            )
            self._stream.write("\n")

    def confirmed(self, count: int) -> None:
        """Note that the broker has so many messages more, and show it when it is time."""
        self.sent_count += count
        now = self._monotonic_seconds()
        if now - self._shown >= (_TERMINAL_SECONDS if self._is_terminal else _LOG_SECONDS):
            self._shown = now
            if not self._live:
                self._write(self._bar(now - self._started), is_line=not self._is_terminal)
            elif self._is_terminal:
                self._write(f"live: {self.sent_count:,} messages sent")

    def end(self) -> None:
        """Say what became of the run."""
        late = self._late_seconds
        words = "never live" if late is None else f"live ones at worst {late:.1f} s late"
        self._write(
            f"{self.sent_count:,} messages sent, {self._row_count:,} VM samples, {words}", is_line=True
        )

    def _bar(self, seconds: float) -> str:
        share = (self._told_at - self._begins_at) / max(self._lives_at - self._begins_at, 1e-9)
        share = min(max(share, 1e-6), 1.0)
        filled = int(share * _BAR_CELLS)
        left = timedelta(seconds=round(seconds / share * (1.0 - share)))
        return (
            f"history [{'#' * filled}{'.' * (_BAR_CELLS - filled)}] {share:4.0%}, "
            f"{self._row_count / max(seconds, 1e-3):,.0f} VM samples/s, {left} left"
        )

    def _write(self, text: str, *, is_line: bool = False) -> None:
        # A terminal's line is written over; erase what a longer text left.
        before, after = ("\r\x1b[K", "") if self._is_terminal else ("", "")
        self._stream.write(f"{before}kvmgrid-loadgen: {text}{after}" + ("\n" if is_line else ""))
        self._stream.flush()
