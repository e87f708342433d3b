# SPDX-License-Identifier: Apache-2.0
"""One answer for many viewers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.errors import DatabaseUnavailableError, QueryTimeoutError
from dashboard.web.answer_cache import AnswerCache


def test_a_hundred_askers_cost_one_answer() -> None:
    """Those who ask while an answer is being made wait for that one."""
    calls: list[str] = []
    everyone = threading.Barrier(20)

    def produce(key: str) -> int:
        calls.append(key)
        return len(calls)

    shared: AnswerCache[str, int] = AnswerCache(produce, keep_seconds=60, clock=lambda: 0.0)

    def ask(_: int) -> int:
        everyone.wait(timeout=30)
        return shared.get("grid")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    assert [1] * 20 == answers
    assert ["grid"] == calls


def test_an_answer_is_kept_for_its_time() -> None:
    """After its time an answer is made anew."""
    now = 0.0
    made = iter(range(10))
    shared: AnswerCache[str, int] = AnswerCache(lambda _: next(made), keep_seconds=2, clock=lambda: now)
    first = shared.get("x")
    now = 1.9
    assert first == shared.get("x")
    now = 2.0
    assert first + 1 == shared.get("x")


def test_a_failure_is_shared_and_forgotten() -> None:
    """An outage is asked about once per period, and ends with the first answer."""
    now = 0.0
    attempts: list[float] = []

    def produce(_: str) -> str:
        attempts.append(now)
        if now < 5:
            raise DatabaseUnavailableError
        return "back"

    shared: AnswerCache[str, str] = AnswerCache(produce, keep_seconds=2, clock=lambda: now)
    for _ in range(3):
        with pytest.raises(DatabaseUnavailableError):
            shared.get("x")
    assert [0.0] == attempts
    now = 6.0
    assert "back" == shared.get("x")


def test_a_failure_is_kept_shortly_and_a_timeout_as_long_as_a_value() -> None:
    """The end of an outage is seen soon, but a slow question is not asked again and again."""
    now = 0.0
    attempts: list[str] = []
    failures = {"away": DatabaseUnavailableError(), "slow": QueryTimeoutError()}

    def produce(key: str) -> str:
        attempts.append(key)
        raise failures[key]

    shared: AnswerCache[str, str] = AnswerCache(produce, keep_seconds=60, clock=lambda: now)
    for moment in (0.0, 3.0):
        now = moment
        for key, failure in failures.items():
            with pytest.raises(type(failure)):
                shared.get(key)
    assert ["away", "slow", "away"] == attempts


def test_the_least_asked_gives_way() -> None:
    """No number of keys makes the cache grow without end."""
    calls: list[int] = []

    def produce(key: int) -> int:
        calls.append(key)
        return key

    shared: AnswerCache[int, int] = AnswerCache(produce, keep_seconds=60, maximum_count=2, clock=lambda: 0.0)
    for key in (1, 2, 1, 3, 1, 2):
        shared.get(key)
    assert [1, 2, 3, 2] == calls


def test_an_asker_may_want_a_younger_answer() -> None:
    """It is made anew for him, and kept for all."""
    now = 0.0
    made = iter(range(10))
    shared: AnswerCache[str, int] = AnswerCache(lambda _: next(made), keep_seconds=10, clock=lambda: now)
    first = shared.get("x")
    now = 5.0

    assert (first, 0) == (shared.get("x"), shared.get("x", younger_than_seconds=6))
    assert (1, 1) == (shared.get("x", younger_than_seconds=5), shared.get("x"))
    now = 14.0
    assert 1 == shared.get("x")
