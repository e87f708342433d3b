# SPDX-License-Identifier: Apache-2.0
"""What `check` says of the edition of TimescaleDB."""

import pytest

from consumer.check import edition_finding


@pytest.mark.parametrize(
    ("licence", "columns_count", "outcome", "words"),
    [
        ("apache", 0, "OK", "Apache edition"),
        ("timescale", 29, "OK", "29 tables in columns"),
        ("timescale", 0, "WARN", "could keep samples in columns"),
    ],
)
def test_a_server_that_could_have_columns_is_told(
    licence: str, columns_count: int, outcome: str, words: str
) -> None:
    """Only there; what to do about it is the command that gives them."""
    finding = edition_finding(licence, columns_count)

    assert outcome == finding.outcome
    assert words in finding.detail
    assert (outcome == "WARN") == ("migrate --edition community" in (finding.fix or ""))
