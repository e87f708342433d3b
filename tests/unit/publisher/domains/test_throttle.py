# SPDX-License-Identifier: Apache-2.0
"""A guest cannot flood the events of its host."""

from publisher.domains.throttle import Throttle


def test_burst_then_one_a_second() -> None:
    """Twenty pass at once, then one a second; the next that passes says how many did not."""
    throttle = Throttle()
    subject = ("u", "domain_io_error")
    assert [0] * 20 + [None] * 5 == [throttle.admit(subject, 100.0) for _ in range(25)]
    assert 5 == throttle.admit(subject, 101.0)
    assert throttle.admit(subject, 101.5) is None
    assert 1 == throttle.admit(subject, 102.5)


def test_subjects_do_not_share() -> None:
    """One VM's flood does not silence another's event, nor its own of another kind."""
    throttle = Throttle()
    for _ in range(30):
        throttle.admit(("u", "domain_io_error"), 0.0)
    assert 0 == throttle.admit(("u", "domain_paused"), 0.0)
    assert 0 == throttle.admit(("v", "domain_io_error"), 0.0)


def test_memory_stays_bounded() -> None:
    """Subjects that are quiet again are forgotten, those with suppressed events are not."""
    throttle = Throttle()
    for _ in range(25):
        throttle.admit(("loud", "domain_io_error"), 0.0)
    for number in range(3000):
        throttle.admit((str(number), "domain_started"), float(number))
    assert len(throttle._buckets) < 1_100
    assert 5 == throttle.admit(("loud", "domain_io_error"), 3000.0)
