# SPDX-License-Identifier: Apache-2.0
"""The VMs of a host at an instant of the past: values, on a migrated database."""

from contextlib import closing
from datetime import timedelta

import pytest

from dashboard.database import Database, Parameter
from dashboard.pages.host.past_domains import HOST_DOMAINS_MEAN, read_past_domains
from dashboard.settings import DatabaseSettings
from tests.dashboard.lives import Lives, Name, Stay
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.services import MigratedDatabase


def test_the_last_sample_and_the_last_bucket_before_an_instant(
    database: MigratedDatabase, seeder: Seeder, lives: Lives
) -> None:
    """A sample is the last one before; a bucket has means, and the state of most of its time."""
    begin = utc_now().replace(minute=0, second=0) - timedelta(hours=2)
    at = begin + timedelta(seconds=40)
    for second, cpu_ratio in ((0, 0.25), (10, 0.5), (20, 0.75), (30, 1.0), (40, 0.1)):
        load = Load(domains=[domain(1, "web", cpu_ratio=cpu_ratio), domain(2, "spare", state=5)])
        seeder.store([host_batch("hv1", begin + timedelta(seconds=second), 1, load)])
    born = begin - timedelta(days=1)
    lives.lived(domain(1, "web"), [Stay("hv1", born)], [Name("former", born, at), Name("web", at)])
    lives.lived(domain(2, "spare"), [Stay("hv1", born, at + timedelta(hours=1))])
    with closing(Database(DatabaseSettings(url=database.dashboard_url))) as connected:
        connected.open()
        former, spare = read_past_domains(connected, 1, at, utc_now()).domains
        assert ("former", "running", 2.0) == (former.name, former.state_name, former.cpu_cores)
        assert at - timedelta(seconds=10) == former.sampled_at
        assert ("spare", "shut off", None) == (spare.name, spare.state_name, spare.cpu_cores)
        asked: dict[str, Parameter] = {"host_id": 1, "at": at, "since": begin}
        former, spare = connected.fetch(HOST_DOMAINS_MEAN, asked, view="domain_samples_5m")
        # Of all samples of the bucket, also of those behind the instant.
        assert pytest.approx(2 * (0.25 + 0.5 + 0.75 + 1.0 + 0.1) / 5, rel=1e-5) == former.cpu_cores
        assert ("running", 2, "shut off") == (former.state_name, former.vcpu_count, spare.state_name)
        # After it has left it is listed no more.
        (web,) = read_past_domains(connected, 1, at + timedelta(hours=1, seconds=1), utc_now()).domains
        assert ("web", None) == (web.name, web.sampled_at)
