# SPDX-License-Identifier: Apache-2.0
"""The page beside the spool's database: what is written is read, in one page, whatever it tells."""

from pathlib import Path

import pytest

from publisher.spool.tally import PAGE_BYTES, Tally, TallyFile, ranges

LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("sequences", "expected"),
    [([], ()), ([7], ((7, 7),)), ([3, 1, 2], ((1, 3),)), ([5, 1, 2, 9, 8], ((1, 2), (5, 5), (8, 9)))],
)
def test_sequences_become_ranges(sequences: list[int], expected: object) -> None:
    """In order, joined where they follow each other."""
    assert expected == ranges(sequences)


def test_the_page_holds_whatever_it_must_tell(tmp_path: Path) -> None:
    """The shortest gaps are closed where there are too many; every sequence is covered, at both ends too."""
    file = TallyFile(tmp_path / "tally")
    sequences = [LARGEST - 3 * number for number in range(500)] + [1]
    tally = Tally("f" * 16, LARGEST, LARGEST, LARGEST, ranges(sequences))
    file.write(tally, synced=True)

    assert PAGE_BYTES == (tmp_path / "tally").stat().st_size
    assert tally == TallyFile(tmp_path / "tally").read()
    assert all(any(first <= one <= last for first, last in tally.unanswered) for one in sequences)
    assert (1, 1) == tally.unanswered[0]


def test_a_page_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    """Its directory is not there for a moment."""
    file = TallyFile(tmp_path / "spool" / "tally")
    tally = Tally("0" * 16, 1, 1, 0, ())
    file.write(tally)
    assert file.read() is None
    (tmp_path / "spool").mkdir()
    file.write(tally)
    assert tally == file.read()


def test_what_was_numbered_and_not_sent() -> None:
    """Between the unanswered, before and behind them, as far as the numbers go."""
    tally = Tally("0" * 16, 20, 0, 0, ((3, 5), (9, 9), (12, 20)))
    assert [(1, 2), (6, 8), (10, 11)] == tally.unsent_after(0)
    assert [(10, 11)] == tally.unsent_after(9)
    assert [] == tally.unsent_after(20)
    assert [(18, 20)] == tally._replace(unanswered=((1, 4),)).unsent_after(17)
