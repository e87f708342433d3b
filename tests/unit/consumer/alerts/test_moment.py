# SPDX-License-Identifier: Apache-2.0
"""For how long a host is silent, where what arrives is late."""

import numpy as np
import pytest

from consumer.alerts.evaluation.forms import HostLabel
from consumer.alerts.evaluation.moment import lags, moment_rows, pipeline_lag
from consumer.alerts.evaluation.needs import MOMENT
from consumer.alerts.evaluation.reading import HostNow

NOW = 1_000.0


def host(number: int, *, age: float, lag: float) -> HostNow:
    """Return a host whose newest sample has an age, and took so long to arrive."""
    label = HostLabel(f"hv{number}", frozenset())
    return HostNow(number, label, NOW - age, NOW - age + lag, 10.0, 0.0)


@pytest.mark.parametrize(("lag", "is_late"), [(0.0, False), (55.0, False), (61.0, True)])
def test_a_lag_is_no_silence(lag: float, is_late: bool) -> None:
    """What is on its way is not missing; a host that stopped is silent all the same, unless all is late."""
    fleet = [host(number, age=lag + 8.0, lag=lag) for number in range(9)]
    fleet.append(host(9, age=lag + 300.0, lag=lag))
    found = pipeline_lag(fleet, NOW)
    assert lag == found
    assert is_late is lags(found)

    ages = list(moment_rows(fleet, NOW, found).columns[MOMENT])
    if is_late:
        assert np.isnan(np.array(ages, dtype=np.float64)).all()
    else:
        assert [8.0] * 9 + [300.0] == ages


def test_where_nothing_arrives_there_is_no_lag() -> None:
    """All are silent for as long as they are; one host alone tells of no lag either."""
    fleet = [host(number, age=300.0, lag=50.0) for number in range(3)]

    assert 0.0 == pipeline_lag(fleet, NOW) == pipeline_lag([host(1, age=58.0, lag=50.0)], NOW)
