# SPDX-License-Identifier: Apache-2.0
"""What a browser is told of the table of VMs: blocks of rows, in an order that stays."""

from datetime import timedelta

import pytest

from dashboard.errors import DashboardError, DatabaseUnavailableError, QueryTimeoutError, SchemaMissingError
from dashboard.pages.vms.feed import COUNT, NOTHING, ORDER, OVER, UNREADABLE, VmsFeed
from dashboard.pages.vms.orders import ORDER_COUNT_MAX
from dashboard.pages.vms.queries import VmCount, VmOrder
from dashboard.parts.contract import NOTICE, Block, BlockWanted, Request, Update
from dashboard.parts.markup import texts
from tests.unit.dashboard.pages.vms.rows import vm_row, vms_database
from tests.unit.dashboard.row_database import RowDatabase, holding
from tests.unit.dashboard.rows import NOW


def feed_of(database: RowDatabase) -> VmsFeed:
    """Return a feed that keeps rows and fresh orders for no time."""
    return VmsFeed(database, keep_seconds=0)


def block_of(update: Update) -> Block:
    """Return the block of an update that has one."""
    assert update.block is not None
    return update.block


def ids(update: Update) -> list[object]:
    """Return the keys of its rows, in their order."""
    return [row["id"] for row in block_of(update).rows]


def wanting(update: Update, start: int = 0, count: int = 20, digest: str = "") -> BlockWanted:
    """Return what a browser asks for that holds the order of an update."""
    return BlockWanted(order=block_of(update).order, start=start, count=count, digest=digest)


def ask(block: BlockWanted | None = None, search: str = "", number: int = 1) -> Request:
    """Return a request."""
    return Request(number=number, path="/vms", search=search, block=block)


def test_the_first_answer_begins_an_order() -> None:
    """Its first rows come with it, as the database has ordered them, and how many there are."""
    answer = feed_of(vms_database(3, 1, 2)).answer(ask())

    assert (["3", "1", "2"], 3, 0) == (ids(answer), block_of(answer).total, block_of(answer).start)
    assert "3 VMs" == texts(answer.parts[COUNT].tree)
    assert "VMs · kvmgrid" == answer.title


def test_a_block_is_part_of_the_order() -> None:
    """The rows from a place on; none behind the end, whatever a browser asks for."""
    feed = feed_of(vms_database(*range(300, 0, -1)))
    first = feed.answer(ask())
    assert 100 == len(ids(first))
    assert ["200", "199"] == ids(feed.answer(ask(wanting(first, 100, 2))))
    assert ["1"] == ids(feed.answer(ask(wanting(first, 299, 200))))
    assert [] == ids(feed.answer(ask(wanting(first, 10**9, 200))))


def test_rows_keep_their_places_while_their_figures_change() -> None:
    """A tick brings what is in sight if any of it changed, though the database would order it otherwise."""
    database = vms_database(1, 2)
    feed = feed_of(database)
    first = feed.answer(ask(search="?sort=-cpu"))
    seen = block_of(feed.answer(ask(wanting(first), search="?sort=-cpu"))).digest
    database.rows["vms_order"] = [VmOrder([2, 1])]
    same = feed.answer(ask(wanting(first, digest=seen), search="?sort=-cpu"))
    assert same.block is None
    database.rows["vms_rows"] = [vm_row(1, cpu_ratio=0.5), vm_row(2)]
    later = feed.answer(ask(wanting(first, digest=seen), search="?sort=-cpu"))

    assert (["1", "2"], 0.5) == (ids(later), block_of(later).rows[0]["cpu_ratio"])
    assert block_of(first).order == block_of(later).order


def test_an_order_that_is_out_of_date_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is new and gone is counted, and only a person's wish takes the new order."""
    monkeypatch.setattr("dashboard.pages.vms.orders.CHECK_SECONDS", 0.0)
    database = vms_database(1, 2, 3)
    feed = feed_of(database)
    first = feed.answer(ask())
    assert ORDER not in feed.answer(ask(wanting(first))).parts
    database.rows["vms_order"] = [VmOrder([5, 2, 1, 4])]
    later = feed.answer(ask(wanting(first)))
    assert "2 new, 1 gone Sort again" == " ".join(texts(later.parts[ORDER].tree).split())
    assert ["1", "2", "3"] == ids(later)
    again = feed.answer(ask(BlockWanted(count=20)))

    assert ["5", "2", "1", "4"] == ids(again)
    assert ORDER not in again.parts


def test_an_empty_table_fills_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing would move, so nobody has to ask for it; until then it says what was looked for."""
    monkeypatch.setattr("dashboard.pages.vms.orders.CHECK_SECONDS", 0.0)
    database = vms_database(1)
    database.rows["vms_order"] = [VmOrder(None)]
    feed = feed_of(database)
    empty = feed.answer(ask(search="?q=State:paused"))
    assert "No VM is state:paused . Show all VMs" == " ".join(texts(empty.parts[NOTHING].tree).split())
    assert "0 of 1 VM" == texts(empty.parts[COUNT].tree)
    database.rows["vms_order"] = [VmOrder([1])]
    seen = holding(empty)
    filled = feed.answer(Request(number=2, search="?q=state:paused", block=wanting(empty), seen=seen))

    assert (["1"], [NOTHING]) == (ids(filled), filled.gone)


def test_a_vm_that_went_keeps_its_place() -> None:
    """The order has its key, and the database nothing of it."""
    database = vms_database(1, 2)
    feed = feed_of(database)
    first = feed.answer(ask())
    database.rows["vms_rows"] = [vm_row(2)]

    assert [{"id": "1", "is_gone": True}, "vm2"] == [
        row.get("name", row) for row in block_of(feed.answer(ask(wanting(first)))).rows
    ]


def test_another_address_has_another_order() -> None:
    """A browser that names the order of another view gets the first rows of a new one."""
    database = vms_database(1, 2)
    feed = feed_of(database)
    first = feed.answer(ask())
    other = feed.answer(ask(wanting(first, 1), search="?sort=-steal"))

    assert block_of(first).order != block_of(other).order
    assert (0, ["1", "2"]) == (block_of(other).start, ids(other))
    assert ['"name" COLLATE "C" ASC', '"steal_ratio" DESC'] == database.orders


def test_figures_of_a_window_say_up_to_when() -> None:
    """The oldest end of those in sight, or that there is none yet; figures of now say nothing."""
    database = vms_database(1, 2)
    feed = feed_of(database)
    first = feed.answer(ask(search="?over=p95-24h&sort=-steal"))
    assert "none is made yet" in texts(first.parts[OVER].tree)
    database.rows["vms_rows"] = [vm_row(1, until=NOW), vm_row(2, until=NOW + timedelta(minutes=5))]
    later = feed.answer(ask(wanting(first), search="?over=p95-24h&sort=-steal"))
    words = texts(later.parts[OVER].tree)
    assert "95th percentile of means of 5 minutes over 24 hours up to" in words
    assert "of disk and network that of each direction, added: an upper bound" in words
    mean = feed.answer(ask(search="?over=mean-24h"))
    assert "upper bound" not in texts(mean.parts[OVER].tree)
    assert NOW.isoformat() in str(later.parts[OVER].tree)
    assert OVER not in feed.answer(ask()).parts


def test_of_many_orders_the_oldest_are_forgotten() -> None:
    """Whose order was forgotten gets a new one, as after a start of the dashboard."""
    feed = feed_of(vms_database(1))
    first = feed.answer(ask())
    for number in range(ORDER_COUNT_MAX):
        feed.answer(ask(search=f"?q=cpu={number}"))

    assert block_of(first).order != block_of(feed.answer(ask(wanting(first)))).order


def test_viewers_of_one_address_share_its_questions() -> None:
    """Fifty of them cost the database as much as one."""
    database = vms_database(1, 2, 3)
    feed = VmsFeed(database, keep_seconds=60)
    first = feed.answer(ask(search="?q=cpu>1"))
    for search in ("?q=CPU+>+1", "?q=(cpu>1)&cols=state", "?q=cpu>1&tz=utc"):
        shared = feed.answer(ask(search=search))
        assert block_of(first).order == block_of(shared).order
        feed.answer(ask(wanting(first, count=100), search=search))

    assert ["vms_count", "vms_order", "vms_rows"] == database.asked


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("?q=cpo>1", "none of 1 VM: the filter cannot be read"),
        ("?sort=steel", "none of 1 VM: the address cannot be read: its sort is by no column of this table"),
    ],
)
def test_an_address_that_cannot_be_read_shows_nothing(search: str, words: str) -> None:
    """No row stands there that nobody asked for, and a next tick says it once."""
    feed = feed_of(vms_database(1))
    answer = feed.answer(ask(search=search))

    assert (UNREADABLE, []) == (block_of(answer).order, block_of(answer).rows)
    assert words == texts(answer.parts[COUNT].tree)
    assert feed.answer(ask(wanting(answer), search=search)).block is None


def test_before_the_first_host_the_guide_stands_there() -> None:
    """It goes by itself; hosts without a VM are something else."""
    database = vms_database()
    database.rows["vms_count"] = [VmCount(0, 0)]
    feed = feed_of(database)
    first = feed.answer(ask())
    assert "Waiting for the first sample" in texts(first.parts[NOTICE].tree)
    database.rows["vms_count"] = [VmCount(0, 1)]
    later = feed.answer(Request(number=2, seen=holding(first)))

    assert [NOTICE] == later.gone
    assert "The hosts have no VMs." == texts(later.parts[NOTHING].tree)


@pytest.mark.parametrize(
    ("failure", "is_notice", "words"),
    [
        (DatabaseUnavailableError("refused"), False, "The database is away"),
        (SchemaMissingError("no table"), True, "kvmgrid-consumer migrate"),
        (QueryTimeoutError("too slow"), False, "too slow"),
    ],
)
def test_failures_are_answers(failure: DashboardError, is_notice: bool, words: str) -> None:
    """An outage is said on the page, at the first visit too, and takes no row away."""
    database = vms_database(1)
    database.failure = failure
    answer = feed_of(database).answer(ask())
    said = answer.parts[NOTICE].tree if is_notice else answer.banner

    assert said is not None
    assert words in texts(said)
    assert answer.block is None
    late = feed_of(database).late(5)
    assert (5, None) == (late.number, late.block)
