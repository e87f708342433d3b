# SPDX-License-Identifier: Apache-2.0
"""The scripts of the pages under Node, on what the server really sends."""

import json
import os
import subprocess
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.pages.fleet.feed import HOST_CARDS, FleetFeed
from dashboard.pages.fleet.host_card_templates import TEMPLATES
from dashboard.parts.change import change
from dashboard.parts.contract import Request, Seen, written
from tests.unit.dashboard.assets.chart_cases import chart_cases
from tests.unit.dashboard.expansion import expanded
from tests.unit.dashboard.row_database import NOTHING_SEEN, fleet_database, holding
from tests.unit.dashboard.rows import NOW, card_domain, card_domains, fleet_host

if TYPE_CHECKING:
    from dashboard.parts.markup import Element

HERE = Path(__file__).parent
KNOWN = {template.name: template for template in TEMPLATES}


def grid_cases() -> dict[str, Any]:
    """Return the updates of a grid whose hosts change, come and go, and what is on the screen after each."""
    database = fleet_database()
    feed = FleetFeed(database, keep_seconds=0)
    later = {"sampled_at": NOW + timedelta(seconds=10)}
    steps: tuple[list[Any], ...] = (
        [fleet_host("hv1"), fleet_host("hv2")],
        [fleet_host("hv1", cpu_busy_ratio=0.9, **later), fleet_host("hv2")],
        [fleet_host("hv1", cpu_busy_ratio=None, **later), fleet_host("hv2", freshness="stale")],
        [fleet_host("{path}", hostname="=host card"), fleet_host("hv2", cpu_temperature_celsius=94.0)],
        [fleet_host("hv2", cpu_temperature_celsius=94.0), fleet_host("hv3"), fleet_host("{path}")],
    )
    seen = NOTHING_SEEN
    updates, held, cards = [], [], []
    for number, hosts in enumerate(steps, 1):
        database.rows["fleet_hosts"] = hosts
        names = ("a", "{name}", "b") if number > 1 else ("a",)
        database.rows["card_domains"] = [
            card_domains(*(card_domain(name, cpu_ratio=number / 10) for name in names), host="hv1")
        ]
        update = feed.answer(Request(number=number, seen=seen))
        seen = holding(update, seen)
        updates.append(written(update))
        held.append({"feed": seen.feed, "cursor": seen.cursor, "parts": seen.parts})
        whole = feed.answer(Request(number=number, seen=Seen())).lists[HOST_CARDS].trees
        cards.append({host: expanded(tree, KNOWN) for host, tree in whole.items()})
    return {"updates": updates, "seen": held, "cards": cards, "changes": changes()}


def changes() -> list[dict[str, Any]]:
    """Return pairs of trees of one shape and of others, with what makes the one the other."""
    trees: tuple[Element, ...] = (
        ["p", {}],
        ["p", {"class": "x"}],
        ["p", {}, "text"],
        ["p", {}, "other"],
        ["p", {"class": "y"}, "text", None],
        ["p", {}, ["b", {}, "text"], "text"],
        ["p", {}, ["b", {"class": "x"}, "other"], "text"],
        ["p", {}, ["i", {}, "text"], ["i", {}, ["b", {}]]],
        ["p", {}, "text", ["i", {}, ["b", {"class": "z"}]]],
    )
    found = []
    for before, after in product(trees, trees):
        made = change(before, after)
        if made is not None:
            found.append({"before": before, "change": made, "after": after})
        within = {"1": after if made is None else made}
        found.append({"before": ["=t", before], "change": within, "after": ["=t", after]})
    return found


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file that the scripts' tests read."""
    path = tmp_path_factory.mktemp("scripts") / "cases.json"
    path.write_text(json.dumps(grid_cases() | chart_cases()))
    return path


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.mjs")), ids=lambda script: script.name)
def test_under_node(script: Path, cases: Path) -> None:
    """Every test of the file passes."""
    done = subprocess.run(
        ["node", "--test", script],
        env={**os.environ, "KVMGRID_TEST_CASES": str(cases)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
