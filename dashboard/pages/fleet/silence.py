# SPDX-License-Identifier: Apache-2.0
"""Whether all hosts fell silent at once, which is seldom their own doing.

A broker that is down or a consumer that hangs looks like a power cut: the page says where to look.
"""

from collections.abc import Sequence
from datetime import timedelta

from dashboard.components.notices import banner
from dashboard.pages.fleet.queries import FleetHost
from dashboard.parts.markup import Element

# Ticks differ from host to host, and so do the moments from which they are stale.
_AT_ONCE = timedelta(minutes=2)
_HOST_COUNT_MIN = 2


def silence_banner(hosts: Sequence[FleetHost]) -> Element | None:
    """Return the strip if all hosts are stale, and at least two of them grew stale last and together."""
    if any(host.freshness != "stale" or host.is_catching_up for host in hosts):
        return None
    sampled_ats = [host.sampled_at for host in hosts if host.sampled_at is not None]
    stale_ats = [host.stale_at for host in hosts if host.stale_at is not None]
    newest = max(stale_ats, default=None)
    if newest is None or sum(newest - stale_at <= _AT_ONCE for stale_at in stale_ats) < _HOST_COUNT_MIN:
        return None
    return banner("All hosts fell silent at once", max(sampled_ats), "Look at broker and consumer.")
