# SPDX-License-Identifier: Apache-2.0
"""The list of all figures."""

from collections import Counter

from tests.benchmark.bench import FAMILIES


def test_no_figure_has_the_name_of_another() -> None:
    """A figure is found by its name, in one run and over many."""
    names = Counter(named.name for family in FAMILIES for named in family.names)

    assert {} == {name: count for name, count in names.items() if count > 1}
    assert "drain" in names


def test_every_figure_says_what_it_is_beside() -> None:
    """A number alone says nothing about the machine it was taken on."""
    assert [] == [named.name for family in FAMILIES for named in family.names if not named.beside]
