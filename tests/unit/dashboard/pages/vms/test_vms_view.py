# SPDX-License-Identifier: Apache-2.0
"""What an address asks of the table of VMs: only our own names become SQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import AddressError
from dashboard.filters.fields import DOMAIN_FIELDS
from dashboard.filters.tree import Word
from dashboard.pages.vms.columns import COLUMNS, SORTS
from dashboard.pages.vms.view import Over, Sort, View, read_view


def test_an_address_is_read() -> None:
    """Without a sort the rows are in the order of names; a minus sorts the other way round."""
    assert View() == read_view("")
    assert View(sort=Sort("steal", is_descending=True)) == read_view("?sort=-steal&tz=utc")
    assert View(Word("state", "paused")) == read_view("?q=state:paused")


def test_figures_may_be_of_a_window() -> None:
    """A statistic and a window of those that are kept; now, if nothing is said."""
    assert Over("p95", "24h") == read_view("?over=p95-24h").over
    assert Over() == read_view("?over=now").over


@pytest.mark.parametrize("text", ["p95", "p95-", "p95-25h", "p99-24h", "now-1h", "mean-1h'"])
def test_another_time_is_refused(text: str) -> None:
    """The words of the address are those of our lists, or none."""
    with pytest.raises(AddressError):
        read_view(f"?over={text}")


@pytest.mark.parametrize("text", ["steel", "", "-", "--cpu", "cpu_ratio", "cpu; DROP TABLE x", 'name" DESC'])
def test_another_sort_is_refused(text: str) -> None:
    """Also a column of the question that is not on the list."""
    with pytest.raises(AddressError):
        read_view(f"?sort={text}&sort=name") if text else read_view("?sort=-")


@given(st.text(max_size=12))
def test_no_text_becomes_sql(text: str) -> None:
    """What is read is one of our sorts; anything else is refused."""
    try:
        sort = read_view(f"?sort={text}").sort
    except AddressError:
        return
    assert sort.name in SORTS


def test_every_column_can_be_sorted_and_filtered_by() -> None:
    """By the name that the address has for it; the fields of a filter are columns of the question too."""
    asked = {name for field in DOMAIN_FIELDS.fields for name in field.columns}

    assert {column.name for column in COLUMNS if not column.lines} == SORTS.keys()
    assert set(SORTS.values()) <= asked
