# SPDX-License-Identifier: Apache-2.0
"""The one batch that ``once`` shows."""

import pytest

from publisher.commands import once
from publisher.commands.once import sample_once
from publisher.domains.sampler import DomainSampler
from publisher.settings import HypervisorSettings, PublisherSettings
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon


def test_a_slow_libvirt_costs_no_rates_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for libvirt moves the two samples apart, which makes their rates no worse."""
    daemon = FakeDaemon()
    daemon.answering.clear()
    monkeypatch.setattr(
        once,
        "domain_source",
        lambda _settings, *, interval_seconds: DomainSampler(
            uri="fake:///", interval_seconds=interval_seconds, open_connection=daemon.connect
        ),
    )
    monkeypatch.setattr(once, "APART_SECONDS", 0.05)
    monkeypatch.setattr(once, "LIBVIRT_SECONDS", 0.6)
    batch = sample_once(PublisherSettings(host="hv042", hypervisor=HypervisorSettings(uri="fake:///")))
    daemon.answering.set()

    assert "disconnected" == batch.hypervisor.state
    assert batch.interval_seconds is not None
    assert batch.interval_seconds > 0.3
