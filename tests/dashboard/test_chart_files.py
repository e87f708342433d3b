# SPDX-License-Identifier: Apache-2.0
"""A chart as files, on the day that the clocks go back."""

import csv
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from publisher.wire.samples import SampleBatch
from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, run_of_batches

# Both hours called 02 in Berlin: the clocks go back at 03:00, which is 01:00 UTC.
END = datetime(2026, 10, 25, 2, tzinfo=UTC)
TICK_SECONDS = 60.0
COUNT = 240


@pytest.fixture
def night(seeder: Seeder) -> list[SampleBatch]:
    """Store four hours up to the second of both, and give them."""
    batches = run_of_batches("hv1", END, COUNT, Load(tick_seconds=TICK_SECONDS))
    seeder.store(batches)
    return batches


def test_csv_and_picture_of_a_chart(
    open_page: Callable[..., Watched], dashboard: Dashboard, night: list[SampleBatch], tmp_path: Path
) -> None:
    """Each row has an instant of its own in UTC, raw numbers and units; the picture says what it shows."""
    page, faults = open_page(timezone_id="Europe/Berlin")
    start = END - timedelta(hours=3)
    start_ms, end_ms = (round(each.timestamp() * 1000) for each in (start, END))
    page.goto(f"{dashboard.url}/host/hv1?from={start_ms}&to={end_ms}")
    page.wait_for_selector(".js-plotly-plot")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    name = "kvmgrid-hv1-20261024T230000Z-20261025T020000Z.csv"
    assert name == download.value.suggested_filename
    download.value.save_as(tmp_path / name)
    with (tmp_path / name).open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    times = [datetime.fromisoformat(row["Time (UTC)"]) for row in rows]
    assert len(times) == len(set(times)) == 180
    assert times == sorted(times)
    assert {timedelta(seconds=TICK_SECONDS)} == {b - a for a, b in pairwise(times)}
    assert start <= times[0] < times[-1] < END
    stored = {batch.sampled_at: batch.sample.cpu_busy_ratio for batch in night}
    values = {at: float(row["CPU: busy [share of 1]"]) for at, row in zip(times, rows, strict=True)}
    assert {at: stored[at] for at in times} == pytest.approx(values)
    assert all(float(row["Memory: available [B]"]) > 1024**3 for row in rows)
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert name.replace(".csv", ".png") == download.value.suggested_filename
    download.value.save_as(tmp_path / "chart.png")
    head = (tmp_path / "chart.png").read_bytes()[:24]
    assert b"\x89PNG" == head[:4]
    width, height = struct.unpack(">II", head[16:])
    drawn = page.locator(".chart__graph").bounding_box()
    assert drawn is not None
    assert abs(width - 2 * drawn["width"]) <= 2
    assert height > 2 * drawn["height"]
    # Averages are called what they are.
    expect(page.locator(".legend__kind")).to_have_count(0)
    page.goto(f"{dashboard.url}/host/hv1?from={start_ms - 14 * 86_400_000}&to={end_ms}")
    expect(page.locator(".legend__kind").first).to_have_text("mean, band min to max")
    assert [] == faults
