# SPDX-License-Identifier: Apache-2.0
"""Of which alerts nobody is told, why, and until when."""

import itertools
import random
from datetime import UTC, datetime, time, timedelta

import pytest
from msgspec import structs

from consumer.alerts.withheld.judgement import Acknowledgement, Said, Silence, withheld, withholding
from consumer.alerts.withheld.maintenance import Maintenance
from consumer.alerts.withheld.selector import AlertMarks, Selector, read_selector, selector_words, selects

NOW = datetime(2026, 11, 3, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
UUID = "0b1e9a6a-0000-4000-8000-000000000000"
ALERT = AlertMarks(
    alert_id=7,
    rule="vm_steal",
    severity="warning",
    host="hv042",
    uuid=UUID,
    tags=frozenset({"rack-3", "batch"}),
    worsened_at=NOW - HOUR,
)
SILENCE = Silence(
    silence_id=3,
    selector=Selector(host="hv042"),
    reason="disk is replaced",
    starts_at=NOW - HOUR,
    ends_at=NOW + HOUR,
    said_by="anna",
    said_at=NOW - HOUR,
)
MAINTENANCE = Maintenance(
    maintenance_id=4,
    selector=Selector(tag="batch"),
    reason="nightly",
    starts_at=NOW - 90 * HOUR,
    weekdays=(0, 1, 2, 3, 4, 5, 6),
    time_of_day=time(22),
    duration_seconds=4 * 3600,
    said_by="otto",
    said_at=NOW - 90 * HOUR,
)
TAKEN = Acknowledgement(alert_id=7, said_by="eva", said_at=NOW - HOUR / 2, note="on it")


def test_a_silence_says_who_until_when_and_why() -> None:
    """As it stands in the ledger."""
    said = Said(silences=(SILENCE,))

    assert "silence 3 by anna until 2026-11-04 00:00 UTC: disk is replaced" == withheld(said, ALERT, NOW)
    assert withheld(said, ALERT, NOW + HOUR) is None
    assert withheld(said, ALERT, NOW - HOUR * 1.1) is None
    assert withheld(said, structs.replace(ALERT, host="hv043"), NOW) is None
    assert withheld(Said(silences=(structs.replace(SILENCE, ended_at=NOW),)), ALERT, NOW) is None


def test_a_maintenance_withholds_while_its_window_is_under_way() -> None:
    """From ten until two."""
    said = Said(maintenances=(MAINTENANCE,))

    assert "maintenance 4 by otto until 2026-11-04 02:00 UTC: nightly" == withheld(said, ALERT, NOW)
    assert withheld(said, ALERT, NOW - HOUR * 1.1) is None
    assert withheld(said, ALERT, NOW + 3 * HOUR) is None


def test_of_several_the_one_that_ends_last_is_told() -> None:
    """Before an acknowledgement, which has no end that is a time."""
    said = Said((SILENCE,), (MAINTENANCE,), {7: TAKEN})
    found = withholding(said, ALERT, NOW)

    assert found is not None
    assert ("maintenance", NOW + 3 * HOUR) == (found.kind, found.until)


def test_an_acknowledgement_holds_until_the_alert_gets_worse() -> None:
    """Somebody took on what it was then."""
    said = Said(acknowledgements={7: TAKEN})

    assert "acknowledged by eva: on it" == withheld(said, ALERT, NOW)
    assert withheld(said, structs.replace(ALERT, worsened_at=NOW - HOUR / 4), NOW) is None
    assert withheld(said, structs.replace(ALERT, alert_id=8), NOW) is None


KEYS = {"rule": "vm_steal", "host": "hv042", "uuid": UUID, "tag": "rack-3", "severity": "warning"}
OTHERS = {"rule": "vm_stuck", "host": "hv04", "uuid": UUID[:-1] + "1", "tag": "rack", "severity": "critical"}


@pytest.mark.parametrize("count", range(6))
def test_all_that_is_given_has_to_hold(count: int) -> None:
    """Any keys of the alert select it; one that is another's does not."""
    for names in itertools.combinations(KEYS, count):
        given = {name: KEYS[name] for name in names}
        assert selects(read_selector(given), ALERT)
        for name in names:
            assert not selects(read_selector(given | {name: OTHERS[name]}), ALERT)


@pytest.mark.parametrize(
    "stored", [{"site": "x"}, {"host": 3}, [], None, {"host": "hv042", "severity": "bad"}]
)
def test_what_another_version_wrote_selects_nothing(stored: object) -> None:
    """An alert too many is better than one that nobody is told of."""
    assert not selects(read_selector(stored), ALERT)
    assert "nothing that this version understands" == selector_words(read_selector(stored))


def test_a_selector_is_told_in_words() -> None:
    """In the order in which it is given on the command line."""
    assert "rule vm_steal, host hv042" == selector_words(Selector(host="hv042", rule="vm_steal"))
    assert "every alert" == selector_words(Selector())


def test_random_sayings_are_judged_as_one_by_one() -> None:
    """The same as asking each silence by itself, the plain way."""
    dice = random.Random(12)  # noqa: S311 - nothing secret
    for _ in range(500):
        silences = tuple(
            structs.replace(
                SILENCE,
                silence_id=number,
                selector=read_selector(
                    {
                        name: dice.choice([KEYS[name], OTHERS[name]])
                        for name in dice.sample(list(KEYS), dice.randrange(3))
                    }
                ),
                starts_at=(starts := NOW + HOUR * dice.randrange(-3, 3)),
                ends_at=starts + HOUR * dice.randrange(1, 4),
                ended_at=dice.choice([None, None, NOW + HOUR * dice.randrange(-2, 3)]),
            )
            for number in range(dice.randrange(4))
        )
        expected = {
            each.silence_id
            for each in silences
            if each.selector is not None
            and each.starts_at <= NOW < each.ends_at
            and (each.ended_at is None or each.ended_at > NOW)
            and all(
                wanted is None
                or wanted == (value if name != "tag" else wanted if wanted in ALERT.tags else "")
                for name, wanted in structs.asdict(each.selector).items()
                for value in [getattr(ALERT, name, None)]
            )
        }
        found = withheld(Said(silences=silences), ALERT, NOW)
        assert (found is not None) == bool(expected)
        if found is not None:
            assert int(found.split()[1]) in expected
