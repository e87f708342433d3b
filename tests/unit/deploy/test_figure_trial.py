# SPDX-License-Identifier: Apache-2.0
"""What `make try-figure` says before it starts anything, and how it shows what was stored."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.figures.migration import FigureError
from deploy.figures.trial import VIEWS, Trial, require_migrated, told, views_of

AT = datetime(2026, 11, 30, 18, 40, tzinfo=UTC)


def test_a_figure_is_looked_for_where_it_is_shown() -> None:
    """One of a host, one of a VM, one that both have."""
    assert [["hosts_now"], ["domains_now"], ["hosts_now", "domains_now"]] == [
        [view.relation for view in views_of(figure)]
        for figure in ("load_1m", "cpu_cores", "memory_used_ratio")
    ]


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        ("laod_1m", "no figure is called 'laod_1m'; the nearest is load_1m"),
        ("flush_latency_seconds", "is in no view of now; it is a column of domain_block_samples"),
    ],
)
def test_a_figure_that_cannot_be_shown_is_refused_by_name(figure: str, reason: str) -> None:
    """Before a server is started."""
    with pytest.raises(FigureError, match=reason):
        views_of(figure)


def test_a_figure_without_a_migration_is_refused(tmp_path: Path) -> None:
    """What to run is said."""
    (tmp_path / "0002_figures.sql").write_text("CREATE TABLE host_samples (\n    load_1m real\n);\n")
    require_migrated("load_1m", VIEWS[:1], tmp_path)

    with pytest.raises(FigureError, match="no migration has load_5m yet: make figures NAME=load_5m"):
        require_migrated("load_5m", VIEWS[:1], tmp_path)


def test_a_figure_that_is_null_is_shown_with_its_reason() -> None:
    """The collectors' words stand below; a figure that is known needs none."""
    row = {"host": "hv001", "sampled_at": AT, "zfs_cache_bytes": None}
    reasons = {"zfs": "unavailable: /proc/spl/kstat/zfs/arcstats: absent"}

    assert """
hosts_now
  hv001  2026-11-30 18:40:00  zfs_cache_bytes = null
null: no rate is known yet, or its source says why:
  zfs unavailable: /proc/spl/kstat/zfs/arcstats: absent
""" == told(Trial(VIEWS[0], [row], reasons), "zfs_cache_bytes")
    assert told(Trial(VIEWS[0], [row | {"zfs_cache_bytes": 0}], reasons), "zfs_cache_bytes").endswith(
        " = 0\n"
    )
