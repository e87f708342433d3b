# SPDX-License-Identifier: Apache-2.0
"""What a page with a table answers, with a database of rows in memory."""

from typing import Any, NamedTuple

import pytest

from dashboard.components.row_history import REMOVED_COUNT_MAX
from dashboard.components.table_feed import COUNT, FILTER_COUNT_MAX, Question, Source, TableFeed
from dashboard.errors import (
    DashboardError,
    DatabaseUnavailableError,
    QueryTimeoutError,
    SchemaMissingError,
)
from dashboard.filters.fields import COUNT as COUNTED
from dashboard.filters.fields import Field, Fields
from dashboard.parts.contract import ADDRESS_LENGTH_MAX, NOTICE, Request, RowNews, Seen, TableRow, Update
from dashboard.parts.markup import texts
from dashboard.queries import Query
from tests.unit.dashboard.row_database import RowDatabase, holding


class Row(NamedTuple):
    """A row of two fields."""

    name: str
    value: int


FIELDS = Fields(
    "row",
    (
        Field(qualifier="name", about="name", columns=("name",)),
        Field(qualifier="value", about="value", columns=("value",), measure=COUNTED),
    ),
)
SOURCE = Source(
    "Rows",
    "rows",
    everything=Question(Query("nowhere", "everything", Row), key=lambda row: row.name, cells=lambda _row: {}),
    filtered=Question(
        Query("nowhere", "rows", Row), key=lambda row: row.name, cells=lambda row: row._asdict()
    ),
    fields=FIELDS,
)
FILTER = "?q=value%3E1"


def feed_of(database: RowDatabase) -> TableFeed:
    """Return a feed that keeps nothing."""
    return TableFeed(database, SOURCE, keep_seconds=0)


def row_database(**values: int) -> RowDatabase:
    """Return a database with rows, of which the filtered ones may be changed alone."""
    return RowDatabase({"everything": rows(**values), "rows": rows(**values)})


def rows(**values: int) -> list[Any]:
    """Return rows by name."""
    return [Row(name, value) for name, value in values.items()]


def all_rows(update: Update) -> list[TableRow]:
    """Return the rows of an answer that has all of them."""
    assert update.rows is not None
    assert update.rows.all is not None
    return update.rows.all


def test_a_new_browser_gets_all_rows() -> None:
    """Whole rows and the parts beside them come at first."""
    answer = feed_of(row_database(a=1, b=2)).answer(Request(number=7))

    assert RowNews(all=[{"name": "a", "value": 1}, {"name": "b", "value": 2}]) == answer.rows
    assert (7, "Rows") == (answer.number, answer.title)
    assert "2 rows" == texts(answer.parts[COUNT].tree)


def test_later_answers_have_what_changed() -> None:
    """Rows that came, changed or went, each once; nothing where nothing did."""
    database = row_database(a=1, b=2, c=3)
    feed = feed_of(database)
    seen = holding(feed.answer(Request(number=1)))
    assert feed.answer(Request(number=2, seen=seen)).rows is None
    database.rows["rows"] = rows(b=2, c=4, d=5)
    answer = feed.answer(Request(number=3, seen=seen))

    expected = RowNews(add=[{"name": "d", "value": 5}], update=[{"name": "c", "value": 4}], remove=["a"])
    assert expected == answer.rows
    assert feed.answer(Request(number=4, seen=holding(answer, seen))).rows is None


def test_a_browser_that_missed_versions_gets_them_at_once() -> None:
    """A row that came and went in between is never heard of."""
    database = row_database(a=1, b=2)
    feed = feed_of(database)
    seen = holding(feed.answer(Request(number=1)))
    for values in ({"a": 1, "b": 3, "x": 1}, {"a": 1, "b": 4}):
        database.rows["rows"] = rows(**values)
        feed.answer(Request(number=2))

    assert RowNews(update=[{"name": "b", "value": 4}]) == feed.answer(Request(number=3, seen=seen)).rows


def test_a_row_that_comes_back_sends_all() -> None:
    """Whether a browser holds such a row is not known; later browsers get what changed again."""
    database = row_database(a=1, b=2)
    feed = feed_of(database)
    seen = holding(feed.answer(Request(number=1)))
    for values in ({"b": 2}, {"a": 9, "b": 2}):
        database.rows["rows"] = rows(**values)
        feed.answer(Request(number=2))
    answer = feed.answer(Request(number=3, seen=seen))
    assert 2 == len(all_rows(answer))
    database.rows["rows"] = rows(a=9, b=3)
    later = feed.answer(Request(number=4, seen=holding(answer, seen)))

    assert RowNews(update=[{"name": "b", "value": 3}]) == later.rows


def test_of_many_rows_that_went_the_oldest_are_forgotten() -> None:
    """Who may hold a forgotten one gets all rows; who saw it go gets what changed."""
    names = [f"n{number}" for number in range(REMOVED_COUNT_MAX)]
    database = row_database(a=1, b=1, **dict.fromkeys(names, 1))
    feed = feed_of(database)
    first = holding(feed.answer(Request(number=1)))
    database.rows["rows"] = rows(b=1, **dict.fromkeys(names, 1))
    second = holding(feed.answer(Request(number=2, seen=first)), first)
    database.rows["rows"] = rows(b=1)
    removed = feed.answer(Request(number=3, seen=second)).rows

    assert [{"name": "b", "value": 1}] == all_rows(feed.answer(Request(number=4, seen=first)))
    assert removed is not None
    assert set(names) == set(removed.remove)


@pytest.mark.parametrize("seen", [Seen(feed="another", cursor=1), Seen(feed="", cursor=0)])
def test_a_browser_of_another_process_gets_all_rows(seen: Seen) -> None:
    """What it holds says nothing here."""
    assert 1 == len(all_rows(feed_of(row_database(a=1)).answer(Request(number=1, seen=seen))))


@pytest.mark.parametrize(
    ("failure", "is_notice", "words"),
    [
        (DatabaseUnavailableError("refused"), False, "The database is away"),
        (SchemaMissingError("no table"), True, "kvmgrid-consumer migrate"),
        (QueryTimeoutError("too slow"), False, "too slow"),
    ],
)
def test_failures_are_answers(failure: DashboardError, is_notice: bool, words: str) -> None:
    """An outage is said on the page, never an error of the server, and takes no row away."""
    database = row_database(a=1)
    database.failure = failure
    answer = feed_of(database).answer(Request(number=1))
    said = answer.parts[NOTICE].tree if is_notice else answer.banner

    assert said is not None
    assert words in texts(said)
    assert answer.rows is None


def test_without_a_row_the_first_run_is_explained() -> None:
    """A notice stands instead of an empty table, and goes with the first row."""
    database = row_database()
    feed = feed_of(database)
    first = feed.answer(Request(number=1))
    assert "Waiting for the first sample" in texts(first.parts[NOTICE].tree)
    database.rows = {"everything": rows(a=1), "rows": rows(a=1)}
    second = feed.answer(Request(number=2, seen=holding(first)))

    assert [NOTICE] == second.gone
    assert [{"name": "a", "value": 1}] == all_rows(second)


def test_a_late_answer_says_that_the_database_is_slow() -> None:
    """The rows stay as they are."""
    answer = feed_of(row_database()).late(5)

    assert answer.banner is not None
    assert (5, None) == (answer.number, answer.rows)


def test_a_filter_has_rows_and_a_history_of_its_own() -> None:
    """Who changes his filter gets all rows of it, and then what changed."""
    database = row_database(a=1, b=2)
    feed = feed_of(database)
    seen = holding(feed.answer(Request(number=1)))
    database.rows["rows"] = rows(b=2)
    answer = feed.answer(Request(number=2, search=FILTER, seen=seen))
    assert [{"name": "b", "value": 2}] == all_rows(answer)
    assert "1 of 2 rows" == texts(answer.parts[COUNT].tree)
    seen = holding(answer, seen)
    database.rows["rows"] = rows(b=3)

    assert (
        RowNews(update=[{"name": "b", "value": 3}])
        == feed.answer(Request(number=3, search=FILTER, seen=seen)).rows
    )


def test_one_filter_in_other_letters_is_asked_once() -> None:
    """Viewers share what says the same; what is the same for all filters is asked once for all of them."""
    database = row_database(a=1)
    feed = TableFeed(database, SOURCE, keep_seconds=60)
    for number, search in enumerate(("", FILTER, "?q=VALUE+%3E+1", "?tz=utc&q=(value%3E1)", "?q=a"), 1):
        feed.answer(Request(number=number, search=search))

    assert ["everything", "rows", "rows", "rows"] == database.asked
    assert [{}, {"filter_0": 1.0}, {"filter_0": "%a%"}] == [
        each.parameters for each in database.conditions if each is not None
    ]


def test_of_many_filters_the_oldest_are_forgotten() -> None:
    """Whose filter was forgotten gets all of its rows again."""
    feed = feed_of(row_database(a=1))
    seen = holding(feed.answer(Request(number=1, search=FILTER)))
    for number in range(FILTER_COUNT_MAX):
        feed.answer(Request(number=2, search=f"?q=value={number}"))

    assert 1 == len(all_rows(feed.answer(Request(number=3, search=FILTER, seen=seen))))


@pytest.mark.parametrize("search", ["?q=vale%3E1", "?q=%00", "?" + "x" * (ADDRESS_LENGTH_MAX - 1)])
def test_a_filter_that_cannot_be_read_shows_nothing(search: str) -> None:
    """No row stands there that nobody asked for, the database is not asked, and a next tick says it once."""
    database = row_database(a=1)
    feed = feed_of(database)
    seen = holding(feed.answer(Request(number=1)))
    database.asked.clear()
    answer = feed.answer(Request(number=2, search=search, seen=seen))

    assert [] == all_rows(answer)
    assert "none of 1 row: the filter cannot be read" == texts(answer.parts[COUNT].tree)
    assert feed.answer(Request(number=3, search=search, seen=holding(answer, seen))).rows is None
    assert {"everything"} == set(database.asked)
