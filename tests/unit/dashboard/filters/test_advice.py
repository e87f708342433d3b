# SPDX-License-Identifier: Apache-2.0
"""What is said where no VM meets a filter."""

import pytest

from dashboard.filters.advice import advice
from dashboard.filters.fields import DOMAIN_FIELDS
from dashboard.filters.grammar import parse


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('state:paused state:"shut off"', "A space asks for both; write or between them for either."),
        ("4d5e-8cda", "A word alone is part of a name; uuid:4d5e-8cda, tag:4d5e-8cda and owner:4d5e-8cda"),
        ('"two words" cpu>10', 'uuid:"two words", tag:"two words"'),
    ],
)
def test_what_may_have_been_meant_is_said(text: str, words: str) -> None:
    """Of two words of one field, and of a word that stands alone."""
    node = parse(text, DOMAIN_FIELDS)
    assert node is not None
    assert words in (advice(node) or "")


@pytest.mark.parametrize(
    "text", ["state:paused cpu>10", 'state:paused or state:"shut off"', "name:web", "we*b"]
)
def test_what_can_be_meant_gets_no_advice(text: str) -> None:
    """Where nothing else is likely, nothing is said."""
    node = parse(text, DOMAIN_FIELDS)
    assert node is not None
    assert advice(node) is None
