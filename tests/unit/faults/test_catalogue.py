# SPDX-License-Identifier: Apache-2.0
"""The table of faults as data: names, the small set, and that random input follows from its seed."""

import time
from random import Random

import pytest

from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import decode_sample, encode
from tests.faults.catalogue import FAULTS, SMALL_SET, named, small_set
from tests.faults.hostile_messages import (
    bad_bodies,
    bad_properties,
    bad_values,
    random_bodies,
    random_headers,
)

VALID = encode(Fleet(FleetShape(host_count=1, domain_count_per_host=2)).batch(0, time.time(), 1))


def fresh() -> bytes:
    """Return the valid message; here it need not be another one each time."""
    return VALID


def test_names_are_unique() -> None:
    """A line of the table names one fault."""
    assert len(FAULTS) == len({fault.name for fault in FAULTS})


def test_a_number_names_all_its_variants() -> None:
    """F14 is its three, F1 is not F11."""
    assert ["F14-silent", "F14-reset", "F14-frozen", "F14-publisher"] == [
        fault.name for fault in named(["F14"])
    ]
    assert "F11" not in {fault.name for fault in named(["F1"])}
    assert len(FAULTS) == len(named([]))
    assert set(SMALL_SET) == {fault.name for fault in small_set()}


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    """A misspelt name does not run an empty table."""
    with pytest.raises(KeyError, match=r"no fault is called F99; there are F1 "):
        named(["F1", "F99"])


def test_bad_bodies_differ_from_the_valid_one() -> None:
    """The list has many inputs, and the message they are made of is valid."""
    decode_sample(VALID)
    bodies = [each.body for each in (*bad_bodies(fresh), *bad_values(fresh))]

    assert len(bodies) > 200
    assert VALID not in [body for each in bad_values(fresh) if (body := each.body)]
    assert {"B4", "B10", "B20"} == {each.label for each in bad_properties(fresh)}


def test_random_input_follows_from_its_seed() -> None:
    """A seed that found something finds it again."""

    def drawn(seed: int) -> str:
        random = Random(seed)  # noqa: S311 - replayable, no secret
        found = [*random_bodies(fresh, random, 30), *random_headers(fresh, random, 30)]
        return repr([(each.label, each.body.hex(), each.properties) for each in found])

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
