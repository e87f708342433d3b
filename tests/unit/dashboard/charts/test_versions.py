# SPDX-License-Identifier: Apache-2.0
"""Updates of rows: a browser that takes them one after another has what it would have had whole."""

import base64
from typing import Any, NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.columns import Numbers
from dashboard.charts.contract import ColumnUpdate, TypedArray
from dashboard.charts.versions import Rows, Versions, rows

NAMES = ("busy", "used", "busy_max")
# A column of one instant: a value, zero with both signs, or not known.
VALUES: st.SearchStrategy[float | None] = st.one_of(
    st.none(), st.sampled_from([0.0, -0.0, 0.1, 0.25, 1e12]), st.floats(-1e6, 1e6, width=32)
)
History = list[dict[int, tuple[float | None, ...]]]


class Held(NamedTuple):
    """The rows of a component: the model of assets/chart_columns.js."""

    series: str
    version: str
    times: Numbers
    columns: dict[str, Numbers]


NOTHING = Held("", "", np.empty(0), {})


def decoded(column: TypedArray) -> Numbers:
    """Return the numbers of a column as the browser reads them."""
    return np.frombuffer(base64.b64decode(column.bdata), f"<{column.dtype}").astype(np.float64)


def applied(held: Held, update: ColumnUpdate) -> Held:
    """Return the rows after an update."""
    assert update.base in {"", held.version}
    kept = slice(update.dropped_count, update.dropped_count + update.kept_count)
    added = decoded(update.times_seconds)
    nothing = {name: np.full(len(held.times), np.nan) for name in update.columns if name not in held.columns}
    columns = {
        name: np.concatenate(
            [
                column[kept],
                decoded(update.columns[name]) if name in update.columns else np.full(len(added), np.nan),
            ]
        )
        for name, column in (held.columns | nothing).items()
    }
    return Held(update.series, update.version, np.concatenate([held.times[kept], added]), columns)


def drawn(state: dict[int, tuple[float | None, ...]], series: str = "hv1/raw") -> Rows:
    """Return the rows of a state: values by instant."""
    instants = sorted(state)
    table = np.array([state[instant] for instant in instants], dtype=np.float64).reshape(-1, len(NAMES))
    columns = {name: table[:, index] for index, name in enumerate(NAMES)}
    return rows(series, np.array(instants, dtype=np.float64), columns)


def assert_same(held: Held, expected: Rows) -> None:
    """Assert that a component holds what the server has; a column that is left out is not known."""
    assert (expected.series, expected.version) == (held.series, held.version)
    assert expected.fingerprint.times_seconds.tolist() == held.times.tolist()
    for name, values in expected.values.items():
        found = held.columns.get(name, np.full(len(values), np.nan))
        np.testing.assert_array_equal(found, values.astype(np.float64))


@st.composite
def histories(draw: Any) -> History:
    """Return states of a live range: it moves on, its last bucket fills, late rows come, some go."""
    row = st.tuples(*(VALUES for _ in NAMES))
    state: dict[int, tuple[float | None, ...]] = draw(st.dictionaries(st.integers(0, 12), row, max_size=10))
    states = [dict(state)]
    for _ in range(draw(st.integers(1, 6))):
        begin = min(state, default=0)
        end = max(state, default=0)
        for late in draw(st.lists(st.integers(begin, end), max_size=2)):
            state[late] = draw(row)
        if state and draw(st.booleans()):
            state[end] = draw(row)
        for step in range(draw(st.integers(0, 3))):
            state[end + 1 + step] = draw(row)
        if state and draw(st.booleans()):
            state.pop(draw(st.sampled_from(sorted(state))))
        dropped = draw(st.integers(0, 3))
        state = {instant: values for instant, values in state.items() if instant >= begin + dropped}
        states.append(dict(state))
    return states


@given(histories(), st.integers(1, 4))
def test_updates_in_turn_are_as_good_as_the_whole(history: History, remembered_count: int) -> None:
    """Whatever happens to the rows, and also where the server has forgotten what a browser holds."""
    versions = Versions(remembered_count)
    held = NOTHING
    for state in history:
        new = drawn(state)
        held = applied(held, versions.update(new, held.series, held.version))
        assert_same(held, new)


def state_of(count: int, first: int = 0) -> dict[int, tuple[float | None, ...]]:
    """Return rows one second apart."""
    return {instant: (float(instant), None, 0.5) for instant in range(first, first + count)}


def held_by(versions: Versions, state: dict[int, tuple[float | None, ...]]) -> Held:
    """Return a component that holds a state."""
    return applied(NOTHING, versions.update(drawn(state), "", ""))


def test_a_tick_sends_the_new_rows_only() -> None:
    """When a range moves on, what left it is dropped, what stays is kept, what came is sent."""
    versions = Versions()
    held = held_by(versions, state_of(100))
    update = versions.update(drawn(state_of(100, first=2)), held.series, held.version)
    assert (2, 98, [100.0, 101.0]) == (
        update.dropped_count,
        update.kept_count,
        decoded(update.times_seconds).tolist(),
    )


def test_a_last_bucket_that_fills_is_sent_again() -> None:
    """A row whose values changed is not kept."""
    versions = Versions()
    held = held_by(versions, state_of(100))
    state = state_of(100) | {99: (5.0, None, 0.5)}
    update = versions.update(drawn(state), held.series, held.version)
    assert (99, [99.0]) == (update.kept_count, decoded(update.times_seconds).tolist())


def test_a_late_row_is_sent_with_all_behind_it() -> None:
    """What lies before the late row is kept."""
    versions = Versions()
    before = state_of(100)
    del before[60]
    held = held_by(versions, before)
    update = versions.update(drawn(state_of(100)), held.series, held.version)
    assert (60, 40) == (update.kept_count, len(decoded(update.times_seconds)))


def test_rows_of_another_object_are_never_kept() -> None:
    """Equal numbers of two hosts are rows of two series."""
    versions = Versions()
    held = held_by(versions, state_of(10))
    update = versions.update(drawn(state_of(10), series="hv2/raw"), held.series, held.version)
    assert ("", 0, 10) == (update.base, update.kept_count, len(decoded(update.times_seconds)))


def test_a_column_without_values_is_left_out() -> None:
    """Samples have no bands, and nothing is sent for them."""
    assert {"busy", "busy_max"} == Versions().update(drawn(state_of(3)), "", "").columns.keys()
