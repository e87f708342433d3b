# SPDX-License-Identifier: Apache-2.0
"""What a text finds, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.search.matching import find, wanted_text
from dashboard.search.names import DomainNames, HostNames, directory

UUID = "4b55465a-20b3-4865-4dfa-d5f72fdc71ce"
NAMES = directory(
    [HostNames("hv001", "node-1.example", ["rack7"]), HostNames("hv002", "hv002", [])],
    [
        DomainNames("00000000-0000-4000-8000-000000000001", "my-web", "hv001", "Web", ["production"], None),
        DomainNames("00000000-0000-4000-8000-000000000002", "web", "hv001", None, [], None),
        DomainNames("00000000-0000-4000-8000-000000000003", "WEB-2", "hv002", None, [], ["old one", "x"]),
        DomainNames(UUID, "ÄRGER %_\\", "hv002", None, ["web"], ["former-web"]),
        DomainNames("00000000-0000-4000-8000-000000000005", "gone", None, None, None, ["web-of-before"]),
    ],
)


def domains(text: str, count_max: int = 14) -> list[str]:
    """Return the names of the VMs that a text finds."""
    best = find(wanted_text(text), NAMES.domain_texts, count_max).best
    return [NAMES.domains[match.place].name for match in best]


def test_what_is_the_text_comes_before_what_begins_so_and_what_has_it_inside() -> None:
    """Within each the name comes before UUID, labels and names of before."""
    assert ["web", "ÄRGER %_\\", "WEB-2", "gone", "my-web"] == domains("web")
    found = find("web", NAMES.domain_texts, 2)
    assert (2, 5, 3) == (len(found.best), found.total_count, found.named_count)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (" \n\t ", []),
        ("PRODUCTION", ["my-web"]),
        ("old", ["WEB-2"]),
        (" ärger ", ["ÄRGER %_\\"]),
        ("%_\\", ["ÄRGER %_\\"]),
        ("%", ["ÄRGER %_\\"]),
        ("_w", []),
        ("465a-20b3", ["ÄRGER %_\\"]),
        (UUID.upper(), ["ÄRGER %_\\"]),
        # Nearly every UUID has so short a part.
        ("46", []),
        # Texts of one object do not run together.
        ("onex", []),
        ("one\nx", []),
    ],
)
def test_letters_are_letters(text: str, names: list[str]) -> None:
    """No letter stands for others, and their case does not matter."""
    assert names == domains(text)


def test_hosts_are_found_by_id_name_and_tag() -> None:
    """All three are theirs."""
    for text, places in (("hv00", [0, 1]), ("node", [0]), ("rack7", [0]), ("hv002", [1])):
        assert places == [match.place for match in find(text, NAMES.host_texts, 9).best]


@given(st.lists(st.text(max_size=8), max_size=20), st.text(max_size=4), st.integers(1, 5))
def test_it_finds_what_has_the_text_and_nothing_else(names: list[str], text: str, count_max: int) -> None:
    """As many as there are, whatever the letters are; no more than are wanted are returned."""
    names = [name.replace("\n", "") for name in names]
    texts = directory([HostNames(name, name, []) for name in names], []).host_texts
    text = wanted_text(text)
    having = [place for place, name in enumerate(names) if text and text in name.casefold()]
    found = find(text, texts, count_max)
    assert len(having) == found.total_count == found.named_count
    assert {match.place for match in found.best} <= set(having)
    assert min(count_max, len(having)) == len(found.best)
