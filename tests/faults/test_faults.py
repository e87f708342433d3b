# SPDX-License-Identifier: Apache-2.0
"""The table of faults as tests: the small set with one seed, every fault with three when there is time.

A fault of the small set strikes twice at most, and for twenty seconds at most.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import table
from tests.faults.catalogue import FAULTS, small_set
from tests.faults.fault import Fault
from tests.faults.site import Site, running_site
from tests.faults.trial import run_trial

SHORT_TIMES = 2
SHORT_HOLD_SECONDS = 20.0
LONG_FUZZ_COUNT = 25_000
LONG_SECONDS = 1_800


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Give servers that the faults may strike."""
    with running_site() as running:
        yield running


def require_that_it_holds(site: Site, fault: Fault, seed: int, folder: Path, fuzz_count: int = 0) -> None:
    """Carry out a fault and show its line and its findings where an invariant broke."""
    trial = run_trial(site, fault, seed, folder, fuzz_count)
    assert trial.holds, f"\n{table.heading()}\n{table.line(trial)}\n{table.findings(trial)}\n{trial.broken}"


@pytest.mark.parametrize("fault", small_set(), ids=lambda fault: fault.name)
def test_a_fault_loses_nothing(site: Site, fault: Fault, tmp_path: Path) -> None:
    """I1 to I9 hold after one fault of each kind."""
    times, hold_seconds = min(fault.times, SHORT_TIMES), min(fault.hold_seconds, SHORT_HOLD_SECONDS)
    require_that_it_holds(site, fault._replace(times=times, hold_seconds=hold_seconds), 1, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(LONG_SECONDS)
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_loses_nothing(site: Site, fault: Fault, seed: int, tmp_path: Path) -> None:
    """I1 to I9 hold after every fault, whatever the seed."""
    require_that_it_holds(site, fault, seed, tmp_path, LONG_FUZZ_COUNT)
