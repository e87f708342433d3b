# SPDX-License-Identifier: Apache-2.0
"""The keys of the pages in the bar."""

from dashboard.pages import PAGES


def test_each_page_of_the_bar_has_a_letter_of_its_own() -> None:
    """After g the first letter of its name goes to it (assets/keys.js)."""
    letters = [page.label[0].casefold() for page in PAGES if page.label is not None]
    assert len(letters) == len(set(letters))
