# SPDX-License-Identifier: Apache-2.0
"""What the search field is told, also while the database is away."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    QueryTimeoutError,
    SchemaMissingError,
)
from dashboard.filters.fields import HOST_FIELDS
from dashboard.filters.grammar import parse
from dashboard.filters.tree import Text
from dashboard.search.answer import Search, found
from dashboard.search.contract import SearchTyped
from dashboard.search.names import DomainNames, HostNames, directory
from dashboard.search.typescript import search_declarations
from tests.unit.dashboard.row_database import RowDatabase

ROOT = Path(__file__).resolve().parents[4]
HOSTS = [HostNames(f"hv{number:03}", "a.example", ["rack1"]) for number in range(9)]
DOMAINS = [
    DomainNames(f"00000000-0000-4000-8000-{number:012}", f"web (or) *{number:02}", "hv001", "me", ["x"], None)
    for number in range(30)
]
NAMES = directory(HOSTS, DOMAINS)


def test_groups_say_how_many_more_there_are_and_where() -> None:
    """The address of the rest is a filter of the table that means the same letters."""
    hosts, *_ = found(SearchTyped(number=7, text="hv"), NAMES).groups
    assert ("Hosts", 6, "and 3 more: open in Hosts") == (hosts.title, len(hosts.hits), hosts.more_words)
    answer = found(SearchTyped(number=7, text=" (OR) *"), NAMES)
    assert (7, "14 of 30 VMs", False) == (answer.number, answer.words, answer.is_failure)
    (domains,) = answer.groups
    assert "/vm/00000000-0000-4000-8000-000000000000" == domains.hits[0].path
    assert "on hv001 · me · x" == domains.hits[0].about
    assert "and 16 more: open in VMs" == domains.more_words
    (query,) = parse_qs(urlsplit(domains.more_path).query)["q"]
    assert Text("name", ("(or) *",)) == parse(query, HOST_FIELDS)


def test_what_was_found_is_said() -> None:
    """A name of before, a part of a UUID, and a VM that is gone tell why they are there."""
    names = directory([], [DomainNames("ab" * 16, "now", None, None, None, ["first", "the second"])])
    ((hit,),) = (group.hits for group in found(SearchTyped(number=1, text="SECOND"), names).groups)
    assert ("now", "no longer known to libvirt · formerly the second") == (hit.name, hit.about)
    ((hit,),) = (group.hits for group in found(SearchTyped(number=1, text="abab"), names).groups)
    assert "no longer known to libvirt · " + "ab" * 16 == hit.about


def test_nothing_found_says_where_it_was_looked_for() -> None:
    """The text is told as text, without what cannot be seen."""
    answer = found(SearchTyped(number=1, text="<b>\u202e"), NAMES)
    assert "Nothing has “<b>\ufffd” as name, part of a UUID, tag, owner or former name." == answer.words
    assert () == answer.groups


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (DatabaseUnavailableError(), "The database is away"),
        (QueryTimeoutError("slow"), "The database is slow"),
        (SchemaMissingError(), "no kvmgrid schema"),
        (DatabaseError("permission"), "The database refused: permission"),
    ],
)
def test_a_failure_is_an_answer(failure: DatabaseError, words: str) -> None:
    """It is asked once for some letters in a row."""
    database = RowDatabase({}, failure)
    search = Search(database)
    for number in range(3):
        answer = search.answer(SearchTyped(number=number, text="a"))
        assert (number, True) == (answer.number, answer.is_failure)
        assert words in answer.words
    assert ["host_names"] == database.asked


def test_letters_cost_the_database_nothing() -> None:
    """One question for hosts and one for VMs serve all that is typed for some seconds."""
    database = RowDatabase({"host_names": HOSTS, "domain_names": DOMAINS})
    search = Search(database)
    for text in ("", "w", "we", "hv"):
        assert not search.answer(SearchTyped(number=1, text=text)).is_failure
    assert ["host_names", "domain_names"] == database.asked


def test_the_declarations_for_scripts_are_those_of_the_structs() -> None:
    """The scripts are checked against what ``python -m dashboard.search.typescript`` prints."""
    assert search_declarations() == (ROOT / "dashboard/assets/types/search_contract.d.ts").read_text()
