# SPDX-License-Identifier: Apache-2.0
"""The hosts, domains and instants of a flush's samples, from which late ones are noted for rollups. Pure."""

from collections import defaultdict
from typing import Literal, NamedTuple

from publisher.wire.packing import COUNTS

# The width of a bucket of the finest level; the other levels are made of it.
BUCKET_MICROSECONDS = 300_000_000

Subject = Literal["host", "domain"]


class SampledBucket(NamedTuple):
    """A bucket of 5 minutes that has samples of a host or domain; times as the rows have them."""

    subject: Subject
    entity_id: int
    bucket: int


class Instants:
    """The batches of one flush: whose samples they have, and when those were taken."""

    def __init__(self) -> None:
        self._batches: list[tuple[int, int, bytes]] = []

    def add(self, host_id: int, at: int, packed_ids: bytes) -> None:
        """Note a batch, and the keys of its domains in packed form; those without a key do not count."""
        self._batches.append((at, host_id, packed_ids))

    @property
    def oldest(self) -> int | None:
        """When the oldest sample was taken, in microseconds as the rows have it; None without one."""
        return min(self._batches)[0] if self._batches else None

    def buckets_before(self, mark: int) -> list[SampledBucket]:
        """Return the buckets of the samples that were taken before an instant, each once."""
        hosts: set[tuple[int, int]] = set()
        # A host's domains are the same for thousands of batches.
        packed: dict[int, set[bytes]] = defaultdict(set)
        for at, host_id, packed_ids in self._batches:
            if at < mark:
                bucket = at - at % BUCKET_MICROSECONDS
                hosts.add((host_id, bucket))
                packed[bucket].add(packed_ids)
        found = [SampledBucket("host", host_id, bucket) for host_id, bucket in sorted(hosts)]
        for bucket, ids in sorted(packed.items()):
            keys = {key for each in ids for key in COUNTS.unpack(each) if key is not None}
            found += [SampledBucket("domain", key, bucket) for key in sorted(keys)]
        return found
