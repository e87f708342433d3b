# SPDX-License-Identifier: Apache-2.0
"""The objects of one kind, numbered from 0: hosts, VMs, and their parts. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from consumer.alerts.windows import Numbers, Places, grown

_FIRST_COUNT = 64


class ObjectKey(NamedTuple):
    """A host or a VM (``owner_id``), or a part of one: a device, or the path of a file system."""

    owner_id: int
    part: str = ""


class Objects:
    """Places of objects; a place that becomes free is used again."""

    def __init__(self) -> None:
        self.keys: list[ObjectKey | None] = [None] * _FIRST_COUNT
        self.places: dict[ObjectKey, int] = {}
        # The host that each is on, and when its newest sample was taken.
        self.host_ids: Places = np.zeros(_FIRST_COUNT, dtype=np.int64)
        self.seen_at: Numbers = np.full(_FIRST_COUNT, -np.inf)
        self.is_used = np.zeros(_FIRST_COUNT, dtype=np.bool_)
        self._free = list(range(_FIRST_COUNT - 1, -1, -1))
        # The place of each owner that is an object itself, by its id.
        self._by_owner: Places = np.full(_FIRST_COUNT, -1, dtype=np.int64)

    @property
    def room(self) -> int:
        """How many places there are, used or not."""
        return len(self.keys)

    def place(self, key: ObjectKey, host_id: int) -> int:
        """Return the place of an object, a new one where it is not known."""
        found = self.places.get(key)
        if found is not None:
            return found
        if not self._free:
            self._grow()
        place = self._free.pop()
        self.keys[place] = key
        self.places[key] = place
        self.host_ids[place] = host_id
        self.is_used[place] = True
        self.seen_at[place] = -np.inf
        if not key.part:
            if key.owner_id >= len(self._by_owner):
                self._by_owner = grown(self._by_owner, 2 * key.owner_id + 1, -1)
            self._by_owner[key.owner_id] = place
        return place

    def places_of(self, owners: Places, parts: Sequence[str] | None, hosts: Places) -> Places:
        """Return the places of the objects of many rows."""
        if parts is not None:
            keys = zip(owners.tolist(), parts, hosts.tolist(), strict=True)
            return np.array(
                [self.place(ObjectKey(owner, part), host) for owner, part, host in keys], dtype=np.int64
            )
        found = self.owner_places(owners)
        for row in np.flatnonzero(found < 0).tolist():
            found[row] = self.place(ObjectKey(int(owners[row])), int(hosts[row]))
        return found

    def owner_places(self, owners: Places) -> Places:
        """Return the places of hosts or VMs by their ids, -1 for those that are not known."""
        is_inside = owners < len(self._by_owner)
        return np.where(is_inside, self._by_owner[np.where(is_inside, owners, 0)], -1)

    def note(self, places: Places, hosts: Places, times: Numbers) -> None:
        """Note where objects were seen, and when; the newest sample says which host they are on."""
        order = np.argsort(times, kind="stable")
        places, hosts, times = places[order], hosts[order], times[order]
        newer = times >= self.seen_at[places]
        self.host_ids[places[newer]] = hosts[newer]
        self.seen_at[places[newer]] = times[newer]

    def gone(self, places: Iterable[int]) -> None:
        """Make places free."""
        for place in places:
            key = self.keys[place]
            if key is None:
                continue
            del self.places[key]
            if not key.part:
                self._by_owner[key.owner_id] = -1
            self.keys[place] = None
            self.is_used[place] = False
            self._free.append(place)

    def used(self) -> Places:
        """Return the places that have an object."""
        return np.flatnonzero(self.is_used)

    def owner_ids(self) -> Places:
        """Return the owner of the object of each place, -1 where none is."""
        return np.array([-1 if key is None else key.owner_id for key in self.keys], dtype=np.int64)

    def _grow(self) -> None:
        before, after = self.room, 2 * self.room
        self.keys += [None] * before
        self.host_ids = grown(self.host_ids, after, 0)
        self.seen_at = grown(self.seen_at, after, -np.inf)
        self.is_used = grown(self.is_used, after, False)
        self._free = list(range(after - 1, before - 1, -1))
