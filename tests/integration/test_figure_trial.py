# SPDX-License-Identifier: Apache-2.0
"""`make try-figure` on real servers: this machine's figures, as they are stored."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.pipeline import Names, Pipeline, Timing
from deploy.figures.trial import measured, start, views_of
from deploy.lab.ports import free_ports
from deploy.lab.services import Broker, Database

HOST = "hv-trial"


@pytest.fixture
def pipeline(broker: Broker, database_server: Database, tmp_path: Path) -> Iterator[Pipeline]:
    """Give a pipeline on the run's servers, in a virtual host and a database of its own."""
    token = secrets.token_hex(4)
    names = Names(host=HOST, virtual_host=f"trial-{token}", database=f"trial_{token}")
    with Pipeline(
        tmp_path / "pipeline",
        names=names,
        broker=broker,
        database=database_server,
        hypervisor_uri="",
        port=free_ports(1)[0],
        timing=Timing(interval_seconds=1.0),
    ) as made:
        yield made
    broker.admin.delete_virtual_host(names.virtual_host)
    database_server.admin.drop_database(names.database)


def test_a_figure_of_this_machine_is_shown_as_it_is_stored(pipeline: Pipeline) -> None:
    """A rate is there with the second sample; one that the machine lacks is null, with a reason."""
    (hosts_now,) = views_of("cpu_busy_ratio")
    start(pipeline)
    (row,) = measured(pipeline, "cpu_busy_ratio", hosts_now).rows

    assert HOST == row["host"]
    assert 0 <= row["cpu_busy_ratio"] <= 1

    # No settings name a sensor of the board.
    missing = measured(pipeline, "board_temperature_celsius", hosts_now)
    assert [None] == [each["board_temperature_celsius"] for each in missing.rows]
    assert "temperatures" in missing.reasons
