# SPDX-License-Identifier: Apache-2.0
"""The table of trials: seeds summed up to one row, and the list of faults that docs/ has."""

from pathlib import Path

from tests.faults import table
from tests.faults.catalogue import FAULTS
from tests.faults.checker import Finding, TrialResult
from tests.faults.trial import Outcome, Trial

ROOT = Path(__file__).resolve().parents[3]


def trial(index: int, seed: int, gap_seconds: float, *findings: Finding) -> Trial:
    """Return a trial of the fault with this index, with ten messages times its seed."""
    verdict = TrialResult(10 * seed, 9 * seed, 0, seed, 0, 0, 0, 0, list(findings))
    return Trial(FAULTS[index], seed, verdict, Outcome(gap_seconds, gap_seconds / 2), 1.0, Path())


def test_seeds_are_summed_up_to_one_row() -> None:
    """Counts are added, the longest times stand, and the seeds that do not hold are named."""
    late = Finding("I7", "late")
    trials = [trial(0, 1, 1.0), trial(1, 1, 2.0), trial(0, 2, 4.0, late), trial(1, 2, 1.0)]
    first, second = table.summary(trials).splitlines()[2:]

    assert "| F1 | 1 2 | 30 | 27 | 0 | 3 | 0 | 0 | 0 | 0 | 4.0 s | 2.0 s | NO 2 |" == first
    assert "| F13-memory | 1 2 | 30 | 27 | 0 | 3 | 0 | 0 | 0 | 0 | 2.0 s | 1.0 s | yes |" == second


def test_a_line_is_the_row_of_one_trial() -> None:
    """What a run prints first and what it sums up have the same columns."""
    assert "| F1 | 3 | 30 | 27 | 0 | 3 | 0 | 0 | 0 | 0 | 1.0 s | 0.5 s | yes |" == table.line(
        trial(0, 3, 1.0)
    )


def test_memory_stands_below_its_row_where_it_is_much() -> None:
    """More than half of what is allowed; of other trials that hold nothing is said."""
    large = trial(0, 1, 1.0)._replace(outcome=Outcome(largest_resident_bytes=222 * 2**20))

    assert "    a consumer took 222 MiB of memory at most" == table.beneath(large)
    assert not table.beneath(trial(0, 1, 1.0))


def test_docs_have_the_list_of_faults_as_it_is() -> None:
    """docs/faults.md is written with: python -m tests.faults.run --list."""
    assert table.listing(FAULTS) in (ROOT / "docs" / "faults.md").read_text()
