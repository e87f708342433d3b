# SPDX-License-Identifier: Apache-2.0
"""A fake daemon and a sampler of it."""

from collections.abc import Iterator

import pytest

from publisher.domains.sampler import DomainSampler
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, FakeDomain
from tests.unit.publisher.domains.ticks import sampler_of


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    """Give a daemon with two running domains and one that is off; nothing hangs in it afterwards."""
    running = FakeDaemon(FakeDomain("a", 1), FakeDomain("b", 2), FakeDomain("off", 3, running=False))
    yield running
    running.answering.set()
    for domain in running.domains:
        domain.thaw()
        domain.let_go()


@pytest.fixture
def sampler(daemon: FakeDaemon) -> Iterator[DomainSampler]:
    """Give a sampler of the daemon."""
    made = sampler_of(daemon)
    yield made
    made.close()
