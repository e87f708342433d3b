# SPDX-License-Identifier: Apache-2.0
"""A rule over many objects: it judges as one that looks at all samples of each object at each cycle."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.alerts.states import Phase, States
from consumer.alerts.watch import Watch, greatest_on_hosts, of_hosts
from consumer.alerts.windows import Kind, Newest, Numbers, Windows
from consumer.rules.reading import shipped_rules
from consumer.rules.rule import Alert, Condition, Level, Rule
from consumer.rules.subjects import Subject
from tests.unit.consumer.alerts.slow_watch import Sample, is_flapping, newest, windowed, worst_at

OBJECT_COUNT = 3
START = 1.7e9 - 1.7e9 % 3_600
# Eighths: their sums are exact, in whatever order.
VALUES = st.none() | st.integers(0, 8).map(lambda eighths: eighths / 8)
SAMPLES = st.lists(
    # Object, how old, what it says, how many seconds it covers.
    st.tuples(
        st.integers(0, OBJECT_COUNT - 1),
        st.sampled_from((0.0, 0.0, 1.0, 9.0, 70.0, 400.0, 9_000.0, -2.0)),
        VALUES,
        st.sampled_from((1.0, 10.0, 10.0, 60.0, 300.0)),
    ),
    max_size=6,
)
WAITS = st.sampled_from((10.0, 10.0, 10.0, 15.0, 58.0, 61.0, 1_000.0))
# How long after the one before, what arrived, and whether the evaluator is another one after it.
CYCLES = st.lists(st.tuples(WAITS, SAMPLES, st.booleans()), max_size=40)
ALERTS = st.sampled_from(
    (
        Alert(warning=Level(enter=0.5, leave=0.25), critical=Level(enter=0.75, leave=0.5, for_seconds=30.0)),
        Alert(window_seconds=60, warning=Level(enter=0.5, leave=0.5)),
        Alert(window_seconds=180, warning=Level(enter=0.625, leave=0.375, for_seconds=60.0)),
        Alert(window_seconds=600, low_enters=True, warning=Level(enter=0.25, leave=0.5)),
        Alert(window_seconds=7_200, critical=Level(enter=1.5, leave=0.5)),
    )
)


def rule_with(alert: Alert, figure: str = "cpu_busy_ratio") -> Rule:
    """Return a rule of hosts with this alert."""
    return Rule(subject="host", figure=figure, words="{value}", alert=alert)


def numbers(*values: float | None) -> Numbers:
    """Return values as numbers, NaN for one that is not known."""
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def same(expected: float | None, found: float) -> bool:
    """Tell whether a value is that of the slow way."""
    return math.isnan(found) if expected is None else expected == found


@given(ALERTS, st.sampled_from(("mean", "sum", "number")), CYCLES)
def test_it_judges_as_one_that_looks_at_all_samples(
    alert: Alert, kind: Kind, cycles: list[tuple[float, list[tuple[int, float, float | None, float]], bool]]
) -> None:
    """With gaps, late samples, samples of the future, unknown values, cycles that come late, and restarts."""
    is_newest = not alert.window_seconds
    figures = Newest(OBJECT_COUNT) if is_newest else Windows(OBJECT_COUNT, alert.window_seconds, kind)
    watch = Watch(rule_with(alert), alert, OBJECT_COUNT)
    samples: list[list[Sample]] = [[] for _ in range(OBJECT_COUNT)]
    judged: list[list[tuple[float, float | None]]] = [[] for _ in range(OBJECT_COUNT)]
    now = START
    for wait_seconds, arrived, is_restarted in cycles:
        now += wait_seconds
        for place, age, value, covers in arrived:
            samples[place].append(Sample(now - age, now, value, covers))
        places, ages, values, covered = zip(*arrived, strict=True) if arrived else ((), (), (), ())
        taken = numbers(*(now - age for age in ages))
        figures.add(now, np.array(places, dtype=np.int64), taken, numbers(*values), numbers(*covered))
        found = figures.values(now)
        for place in range(OBJECT_COUNT):
            own = samples[place]
            value = newest(own, now) if is_newest else windowed(own, now, alert.window_seconds, kind)
            assert same(value, found[place])
            judged[place].append((now, value))
        watch.step(now, lambda *_, current=found: current)
        if is_restarted:
            kept, watch = watch.kept(), Watch(rule_with(alert), alert, OBJECT_COUNT)
            watch.restore(kept)

        expected = [worst_at(values, alert) for values in judged]
        assert [worst[-1] for worst, _ in expected] == watch.severities().tolist()
        assert {
            place for place, (_, changes) in enumerate(expected) if is_flapping(changes, now)
        } == watch.flapping(now)


def test_a_value_that_swings_about_a_level_neither_flickers_nor_starts_anew() -> None:
    """Once begun it lasts until it is beyond the level to leave at."""
    states = States(1, Level(enter=0.9, leave=0.8, for_seconds=20.0))
    phases = []
    for step, value in enumerate((0.9, 0.85, 0.95, 0.81, 0.79, 0.95, 0.5)):
        states.step(START + 10.0 * step, numbers(value))
        phases.append(Phase(states.phases[0]))

    assert [
        Phase.PENDING,
        Phase.PENDING,
        Phase.FIRING,
        Phase.FIRING,
        Phase.RESOLVED,
        Phase.PENDING,
        Phase.CLEAR,
    ] == phases


def test_what_is_not_known_neither_fires_nor_resolves() -> None:
    """The time in which nothing is known does not count, and an alert outlives it."""
    states = States(1, Level(enter=1.0, leave=1.0, for_seconds=20.0))
    phases = []
    for step, value in enumerate((1.0, None, None, 1.0, 1.0, 1.0, None, 0.0)):
        states.step(START + 10.0 * step, numbers(value))
        phases.append(Phase(states.phases[0]))

    assert [Phase.PENDING] * 5 + [Phase.FIRING] * 2 + [Phase.RESOLVED] == phases


def test_a_condition_has_to_hold_beside() -> None:
    """One that is not known does not; one on any VM is enough for a host; a VM has those of its host."""
    alert = Alert(
        window_seconds=60,
        beside=(
            Condition(figure="pressure_cpu_some_ratio", at_least=0.2),
            Condition(subject="domain", figure="running_steal_ratio", at_least=0.05),
        ),
        warning=Level(enter=0.9, leave=0.8),
    )
    hosts = np.array([0, 0, 1, 3], dtype=np.int64)
    steal = greatest_on_hosts(numbers(0.01, 0.06, None, 0.01), hosts, 4)

    def read(subject: Subject, figure: str | None, _window_seconds: int) -> Numbers:
        if subject == "domain":
            return steal
        return numbers(0.95, 0.95, 0.95, 0.95) if figure == "cpu_busy_ratio" else numbers(0.1, None, 0.3, 0.1)

    changes = Watch(rule_with(alert), alert, 4).step(START, read)

    assert [0, 2] == [change.place for change in changes]
    assert [0.1, 0.1, 0.2] == of_hosts(numbers(0.1, 0.2), np.array([0, 0, 1], dtype=np.int64)).tolist()


def test_an_object_may_have_levels_and_a_window_of_its_own() -> None:
    """One is off, one has another window and one severity more; the rest are as the rule says."""
    alert = Alert(window_seconds=60, warning=Level(enter=0.5, leave=0.4))
    rule = rule_with(alert)
    watch = Watch(rule, alert, 4)
    wide = Alert(
        window_seconds=600, warning=Level(enter=0.5, leave=0.4), critical=Level(enter=0.7, leave=0.6)
    )
    watch.differ(1, rule_with(wide))
    watch.differ(2, Rule(subject="host", figure=rule.figure, words="", off=True, alert=alert))

    def read(_subject: Subject, _figure: str | None, window_seconds: int) -> Numbers:
        return np.full(4, 0.75 if window_seconds == 600 else 0.5)

    assert [(0, "warning", 0.5), (1, "warning", 0.75), (3, "warning", 0.5), (1, "critical", 0.75)] == [
        (change.place, change.severity, change.value) for change in watch.step(START, read)
    ]
    watch.differ(0, Rule(subject="host", figure=rule.figure, words="", off=True, alert=alert))
    assert [(0, Phase.RESOLVED)] == [(each.place, each.phase) for each in watch.step(START + 10.0, read)]
    assert [-1, 2, -1, 1] == watch.severities().tolist()


def test_a_rule_that_is_off_watches_only_whom_an_override_chooses() -> None:
    """As the one about VMs that have to run."""
    rule = shipped_rules().rules["vm_should_run"]
    assert rule.alert is not None
    watch = Watch(rule, rule.alert, 2)
    on = Rule(subject="domain", figure=rule.figure, words="", alert=rule.alert)
    watch.differ(1, on)
    changes = [
        (change.place, change.phase)
        for step in range(62)
        for change in watch.step(START + 10.0 * step, lambda *_: np.ones(2))
    ]

    assert [(1, Phase.PENDING), (1, Phase.FIRING)] == changes


@pytest.mark.parametrize("value", [-70.0, 70.0])
def test_a_clock_fires_whichever_way_it_is_off(value: float) -> None:
    """And the words have the sign."""
    rule = shipped_rules().rules["clock_skew"]
    assert rule.alert is not None
    (change,) = Watch(rule, rule.alert, 1).step(START, lambda *_: numbers(value))

    assert (Phase.FIRING, value) == (change.phase, change.value)


def test_objects_come_and_go() -> None:
    """A new one has the levels of the rule; one that takes the place of another has nothing of it."""
    alert = Alert(warning=Level(enter=0.5, leave=0.4), critical=Level(enter=0.9, leave=0.8))
    watch, window, newest_values = Watch(rule_with(alert), alert, 1), Windows(1, 60, "sum"), Newest(1)
    watch.differ(
        0, rule_with(Alert(warning=Level(enter=0.1, leave=0.1), critical=Level(enter=0.2, leave=0.2)))
    )
    for figures in (window, newest_values):
        figures.add(START, np.zeros(1, dtype=np.int64), numbers(START), numbers(0.3), numbers(10.0))
    watch.step(START, lambda *_: newest_values.values(START))
    for each in (watch, window, newest_values):
        each.grow(2)

    assert [2, -1] == watch.severities().tolist()
    assert [0.3] == [value for value in window.values(START).tolist() if not math.isnan(value)]
    assert ["warning", "critical"] == watch.clear(0)
    for figures in (window, newest_values):
        figures.clear(0)
        assert np.isnan(figures.values(START)).all()
    assert [(0, "warning"), (1, "warning")] == [
        (change.place, change.severity) for change in watch.step(START, lambda *_: numbers(0.5, 0.5))
    ]


def test_a_severity_that_a_rule_has_no_more_is_not_put_back() -> None:
    """What is stored may be of before the rules were changed."""
    before = Alert(warning=Level(enter=0.5, leave=0.4), critical=Level(enter=0.9, leave=0.8))
    after = Alert(warning=before.warning)
    old, new = Watch(rule_with(before), before, 1), Watch(rule_with(after), after, 1)
    old.step(START, lambda *_: numbers(0.95))
    new.restore(old.kept())

    assert [1] == new.severities().tolist()
