# SPDX-License-Identifier: Apache-2.0
"""Which rows of parts are read: known parts by their keys, and all of some owners, to find new parts. Pure.

The key of a part's sample has the part before the time. Without the part all samples of its owner would be
looked at. So each owner is looked at whole when it is new, and then from time to time.
"""

from collections import defaultdict
from typing import Final

import numpy as np

from consumer.alerts.evaluation.forms import of_domain
from consumer.alerts.evaluation.messages import Messages
from consumer.alerts.evaluation.objects import Objects
from consumer.alerts.evaluation.reading import Wish
from consumer.alerts.evaluation.series import SERIES
from consumer.rules.subjects import Subject

# How many owners are looked at whole in a cycle, new ones first.
_OWNER_COUNT: Final = 20


class Discovery:
    """When each owner was last looked at whole."""

    def __init__(self) -> None:
        self._looked: dict[Subject, dict[int, int]] = defaultdict(dict)
        self._cycle = 0

    def know_all(self, objects: dict[Subject, Objects]) -> None:
        """Note that the parts of all owners were found by reading the past."""
        for subject, found in objects.items():
            self._looked[subject] = {key.owner_id: 0 for key in found.places}

    def wishes(self, subject: Subject, objects: dict[Subject, Objects], found: Messages) -> list[Wish | None]:
        """Return what to ask for the samples of messages; None: a host or VM has one row a message."""
        if SERIES[subject].part is None:
            return [None]
        self._cycle += 1
        messages: dict[int, list[int]] = defaultdict(list)
        for place, host_id in enumerate(found.hosts.tolist()):
            messages[host_id].append(place)
        owners = self._owners(subject, objects, messages)
        looked = self._looked[subject]
        chosen = sorted(owners, key=lambda owner: looked.get(owner, -1))[:_OWNER_COUNT]
        looked.update(dict.fromkeys(chosen, self._cycle))
        whole_owners = frozenset(chosen)
        whole = [(owner, at) for owner in chosen for at in messages[owners[owner]]]
        known = [
            (key.owner_id, key.part, at)
            for key in objects[subject].places
            if key.owner_id in owners and key.owner_id not in whole_owners
            for at in messages[owners[key.owner_id]]
        ]
        return [
            Wish(
                [owner for owner, _, _ in known],
                found.moments(at for _, _, at in known),
                [part for _, part, _ in known],
                [owner for owner, _ in whole],
                found.moments(at for _, at in whole),
            )
        ]

    def _owners(
        self, subject: Subject, objects: dict[Subject, Objects], messages: dict[int, list[int]]
    ) -> dict[int, int]:
        """Return the owners that sent something, and their hosts."""
        if not of_domain(subject):
            return {host_id: host_id for host_id in messages}
        domains = objects["domain"]
        used = domains.used()
        sent = used[np.isin(domains.host_ids[used], list(messages))]
        ids = domains.owner_ids()[sent].tolist()
        return dict(zip(ids, domains.host_ids[sent].tolist(), strict=True))
