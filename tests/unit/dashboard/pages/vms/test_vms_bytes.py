# SPDX-License-Identifier: Apache-2.0
"""What a tick of the table of VMs costs on the wire."""

import random

from dashboard.history.charted_answer import Answer
from dashboard.pages.vms.feed import VmsFeed
from dashboard.parts.contract import BlockWanted, Request, Update
from tests.unit.dashboard.answer_bytes import sent_bytes
from tests.unit.dashboard.pages.vms.rows import vm_row, vms_database
from tests.unit.dashboard.row_database import holding

VM_COUNT = 1000
# A tall screen.
ROWS_IN_SIGHT = 60


def test_a_tick_stays_small() -> None:
    """Every figure of every row in sight is new; where none is, nothing of them travels."""
    source = random.Random(11)  # noqa: S311 - repeatable rows
    database = vms_database(*range(1, VM_COUNT + 1))
    feed = VmsFeed(database, keep_seconds=0)
    first = feed.answer(Request(number=1))
    seen = holding(first)
    assert first.block is not None
    figures = (
        "cpu_ratio",
        "steal_ratio",
        "memory_resident_bytes",
        "memory_used_bytes",
        "disk_latency_seconds",
        "disk_bytes_per_second",
        "network_bytes_per_second",
    )
    database.rows["vms_rows"] = [
        vm_row(
            number, name=f"vm-{source.randrange(10**9)}", **{name: source.random() * 1e6 for name in figures}
        )
        for number in range(1, VM_COUNT + 1)
    ]

    def tick(digest: str = "") -> Update:
        wanted = BlockWanted(
            order=first.block.order if first.block else "", count=ROWS_IN_SIGHT, digest=digest
        )
        return feed.answer(Request(number=2, seen=seen, block=wanted))

    news = tick()
    assert news.block is not None
    assert ROWS_IN_SIGHT == len(news.block.rows)
    assert 2000 < sent_bytes("vms", Answer(news)) < 10_000
    assert sent_bytes("vms", Answer(tick(news.block.digest))) < 200
