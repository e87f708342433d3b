# SPDX-License-Identifier: Apache-2.0
"""How far a run is: a bar on a terminal, a log line now and then elsewhere."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TextIO

from loadgen.logs import log_line

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
        self._line = log_line("auto", stream)
        self._started = self._shown = monotonic_seconds()
        self._live = begins_at >= lives_at
        self._sent_until = begins_at
        self._row_count = 0
        # How late live samples were at worst; None until the run has caught up with the present.
        self._late_seconds: float | None = None
        self.sent_count = 0

    def sent(self, second: float, row_count: int) -> None:
        """Note a message of that time with so many VM samples that was handed to the broker."""
        self._sent_until = second
        self._row_count += row_count
        late_seconds = self._wall_seconds() - second
        if self._late_seconds is not None or late_seconds < _PUNCTUAL_SECONDS:
            self._late_seconds = max(self._late_seconds or 0.0, late_seconds)
        if not self._live and second > self._lives_at:
            self._live = True
            seconds = max(self._monotonic_seconds() - self._started, 1e-3)
            rate = self._row_count / seconds
            if self._is_terminal:
                self._write(f"history sent in {seconds:.0f} s, {rate:,.0f} VM samples/s; now live\n")
            else:
                self._log("history_sent", took_seconds=round(seconds, 3), sample_count_per_second=round(rate))

    def confirmed(self, count: int) -> None:
        """Note that the broker has so many messages more, and show it when it is time."""
        self.sent_count += count
        now = self._monotonic_seconds()
        if now - self._shown >= (_TERMINAL_SECONDS if self._is_terminal else _LOG_SECONDS):
            self._shown = now
            if not self._live:
                self._show_history(now - self._started)
            elif self._is_terminal:
                self._write(f"live: {self.sent_count:,} messages sent")

    def end(self) -> None:
        """Say what became of the run."""
        late = self._late_seconds
        if self._is_terminal:
            words = "never live" if late is None else f"live ones at worst {late:.1f} s late"
            self._write(f"{self.sent_count:,} messages sent, {self._row_count:,} VM samples, {words}\n")
        else:
            self._log(
                "fleet_ended",
                message_count=self.sent_count,
                sample_count=self._row_count,
                late_seconds=None if late is None else round(late, 3),
            )

    def _show_history(self, seconds: float) -> None:
        share = (self._sent_until - self._begins_at) / max(self._lives_at - self._begins_at, 1e-9)
        share = min(max(share, 1e-6), 1.0)
        left_seconds = round(seconds / share * (1.0 - share))
        rate = self._row_count / max(seconds, 1e-3)
        if not self._is_terminal:
            self._log(
                "history_sending",
                done_ratio=round(share, 4),
                sample_count_per_second=round(rate),
                left_seconds=left_seconds,
            )
            return
        filled = int(share * _BAR_CELLS)
        bar = "#" * filled + "." * (_BAR_CELLS - filled)
        left = timedelta(seconds=left_seconds)
        self._write(f"history [{bar}] {share:4.0%}, {rate:,.0f} VM samples/s, {left} left")

    def _write(self, text: str) -> None:
        # A terminal's line is written over; erase what a longer text left.
        self._stream.write(f"\r\x1b[Kkvmgrid-loadgen: {text}")
        self._stream.flush()

    def _log(self, event: str, **fields: object) -> None:
        at = datetime.fromtimestamp(self._wall_seconds(), UTC)
        self._stream.write(self._line.line(at, "info", event, fields) + "\n")
        self._stream.flush()
