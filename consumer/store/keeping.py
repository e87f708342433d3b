# SPDX-License-Identifier: Apache-2.0
"""How much of each refused message is kept: whole within the budgets, its beginning a little beyond. Pure.

Beginnings are kept up to an eighth above a budget, so that the bytes are bounded whatever is sent.
"""

from collections.abc import Mapping
from typing import NamedTuple

from consumer.settings import QuarantineSettings

HEAD_BYTES = 2_048
# What a row and its entries in the indexes take beside texts and body, generously.
_ROW_BYTES = 1_024


class Usage(NamedTuple):
    """Bytes kept: of each host concerned, and of all hosts."""

    by_host: Mapping[str, int]
    total: int


class Share(NamedTuple):
    """What is kept of one message: so many bytes of its body, or nothing at all, which is None."""

    body_bytes: int | None
    kept_bytes: int

    def is_whole(self, body_bytes: int) -> bool:
        """Tell whether a body of this length is kept to its end."""
        return self.body_bytes is not None and self.body_bytes >= body_bytes


class Keeping:
    """Shares out what is left of the budgets; for one transaction."""

    def __init__(self, settings: QuarantineSettings, usage: Usage) -> None:
        self._settings = settings
        self._by_host = dict(usage.by_host)
        self._total = usage.total

    def share(self, host: str, body_bytes: int, text_bytes: int, head_count: int) -> Share:
        """Return what is kept of a message; ``head_count``: beginnings kept within its hour so far."""
        settings = self._settings
        whole = min(body_bytes, settings.body_bytes)
        other = _ROW_BYTES + text_bytes
        if self._fits(host, whole + other, 0):
            return self._take(host, whole, other)
        head = min(whole, HEAD_BYTES)
        if head_count < settings.kept_per_hour_count and self._fits(host, head + other, 8):
            return self._take(host, head, other)
        return Share(None, 0)

    def _fits(self, host: str, size: int, part: int) -> bool:
        """Tell whether so many bytes fit the budgets and one ``part``-th more; 0 is no more."""
        return all(
            used + size <= budget + (budget // part if part else 0)
            for used, budget in (
                (self._by_host.get(host, 0), self._settings.host_budget_bytes),
                (self._total, self._settings.budget_bytes),
            )
        )

    def _take(self, host: str, body: int, other: int) -> Share:
        self._by_host[host] = self._by_host.get(host, 0) + body + other
        self._total += body + other
        return Share(body, body + other)
