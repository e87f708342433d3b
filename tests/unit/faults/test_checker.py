# SPDX-License-Identifier: Apache-2.0
"""The checker of the faults agrees with a faultless system; each invariant has a case in which it fails."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from loadgen.fleet.fleet import Fleet, FleetShape
from tests.faults.checker import Observation, TrialResult, check
from tests.faults.evidence import Evidence, ToldGap
from tests.faults.honest_host import event_of, letter_of
from tests.faults.ledger import Attempt, Ledger
from tests.faults.stored_row import StoredName, StoredRow, is_same, names_of_message, rows_of_message

FLEET = Fleet(FleetShape(host_count=2, domain_count_per_host=2))
SECOND = float(int(time.time()) - 600)
GARBAGE = Attempt("hv001/ffffffffffffffff/1", "hv001", b"garbage", "store or set aside")


class Case(NamedTuple):
    """A ledger of honest messages, and evidence that agrees with it."""

    ledger: Ledger
    evidence: Evidence

    def verdict(
        self, evidence: Evidence | None = None, observation: Observation | None = None
    ) -> TrialResult:
        """Return what the checker says."""
        return check(self.ledger, evidence or self.evidence, observation or Observation())

    def invariants(
        self, evidence: Evidence | None = None, observation: Observation | None = None
    ) -> list[str]:
        """Return the invariants that are broken."""
        return [finding.invariant for finding in self.verdict(evidence, observation).findings]


def evidence_of(attempts: list[Attempt]) -> Evidence:
    """Return what a faultless system has of messages."""
    rows = [row for each in attempts for row in rows_of_message(each.body, event=each.event)]
    names = [name for each in attempts if not each.event for name in names_of_message(each.body, each.host)]
    return Evidence([each.message_id for each in attempts], rows, [], set(), {}, [], [], [], names, [])


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """Give three batches of each host and an event, all confirmed and stored."""
    batches = [FLEET.batch(ordinal, SECOND + tick, tick) for tick in range(3) for ordinal in range(2)]
    attempts = [letter_of(each).attempt for each in batches]
    attempts.append(letter_of(event_of(batches[0], 9)).attempt)
    ledger = Ledger(tmp_path / "ledger")
    ledger.attempt(*attempts)
    ledger.fates([each.message_id for each in attempts], "confirmed")
    yield Case(ledger, evidence_of(attempts))
    ledger.close()


def changed(rows: list[StoredRow], table: str, row: StoredRow) -> list[StoredRow]:
    """Return rows with the first one of a table replaced."""
    place = next(place for place, each in enumerate(rows) if each.key.table == table)
    return [*rows[:place], row, *rows[place + 1 :]]


def first(rows: list[StoredRow], table: str) -> StoredRow:
    """Return the first row of a table."""
    return next(each for each in rows if each.key.table == table)


def test_a_faultless_system_has_no_finding(case: Case) -> None:
    """Everything is stored, once, as it was sent."""
    verdict = case.verdict()

    assert [] == verdict.findings
    assert (7, 7, 0, 0, 0, 0, 0) == verdict[:7]


def test_i1_a_confirmed_message_without_a_trace_is_lost(case: Case) -> None:
    """Its rows are there or not: without its report nobody knows of it."""
    verdict = case.verdict(case.evidence._replace(message_ids=case.evidence.message_ids[1:]))

    assert ["I1"] == [finding.invariant for finding in verdict.findings]
    assert 1 == verdict.lost


def test_i1_a_message_of_which_a_row_is_missing_is_lost(case: Case) -> None:
    """A flush that stored the host and not its VMs has lost something."""
    rows = [row for row in case.evidence.rows if row != first(case.evidence.rows, "domain_block_samples")]
    verdict = case.verdict(case.evidence._replace(rows=rows))

    assert ["I1"] == [finding.invariant for finding in verdict.findings]
    assert 1 == verdict.lost


@pytest.mark.parametrize("fate", ["unknown", "attempted", "refused", "undone"])
def test_i1_asks_for_what_was_confirmed_only(case: Case, fate: str) -> None:
    """Without the broker's word a message may be gone."""
    lost = case.evidence.message_ids[0]
    case.ledger.fate(lost, fate)  # type: ignore[arg-type]  # pytest's parameters are plain strings
    kept = [row for row in case.evidence.rows if row.key.at_microseconds != SECOND * 1_000_000]

    assert lost not in [
        *case.invariants(case.evidence._replace(message_ids=case.evidence.message_ids[1:], rows=kept))
    ]


def test_i1_does_not_call_lost_what_still_waits(case: Case) -> None:
    """It is late (I7), and it is there."""
    (waiting, *ids) = case.evidence.message_ids
    evidence = case.evidence._replace(message_ids=ids, waiting_ids=[waiting])

    assert 0 == case.verdict(evidence).lost


def test_i1_counts_what_was_dropped_and_told(case: Case) -> None:
    """A told drop is no loss."""
    host, epoch, sequence = case.evidence.message_ids[0].split("/")
    gone = (host, epoch, int(sequence), int(sequence))
    verdict = case.verdict(case.evidence._replace(message_ids=case.evidence.message_ids[1:], dropped=[gone]))

    assert (0, 1) == (verdict.lost, verdict.dropped)


def test_i1_takes_a_hostile_message_that_was_counted_without_its_body(case: Case) -> None:
    """Beyond its budget a host's rubbish is counted; as many as were counted are not lost."""
    case.ledger.attempt(GARBAGE)
    case.ledger.fate(GARBAGE.message_id, "confirmed")

    assert ["I1"] == case.invariants()
    verdict = case.verdict(case.evidence._replace(not_kept_counts={"hv001": 1}))
    assert ([], 1, 0) == (verdict.findings, verdict.quarantined, verdict.not_taken)


def test_a_quarantined_message_is_known_by_its_body(case: Case) -> None:
    """A hostile message need not have a usable id."""
    case.ledger.attempt(GARBAGE)
    case.ledger.fate(GARBAGE.message_id, "confirmed")
    digests = {hashlib.sha256(GARBAGE.body).digest()}
    verdict = case.verdict(case.evidence._replace(quarantined_digests=digests))

    assert ([], 1) == (verdict.findings, verdict.quarantined)


def test_i2_a_message_that_is_stored_twice_is_found(case: Case) -> None:
    """The second report of one message is one too many."""
    ids = case.evidence.message_ids
    verdict = case.verdict(case.evidence._replace(message_ids=[*ids, ids[0]]))

    assert (["I2"], 1) == ([finding.invariant for finding in verdict.findings], verdict.twice)


def test_i2_a_row_that_is_there_twice_is_found(case: Case) -> None:
    """Whatever the key of the table says."""
    rows = case.evidence.rows
    verdict = case.verdict(case.evidence._replace(rows=[*rows, rows[0]]))

    assert (["I2"], 1) == ([finding.invariant for finding in verdict.findings], verdict.twice)


def test_i3_a_value_that_differs_in_its_last_bit_is_found(case: Case) -> None:
    """Values come back bit for bit."""
    row = first(case.evidence.rows, "host_samples")
    other = row._replace(values={**row.values, "memory_total_bytes": row.values["memory_total_bytes"] + 1})
    rows = changed(case.evidence.rows, "host_samples", other)
    verdict = case.verdict(case.evidence._replace(rows=rows))

    assert (["I3"], 1) == ([finding.invariant for finding in verdict.findings], verdict.wrong)


def test_i3_the_file_systems_of_a_host_are_compared(case: Case) -> None:
    """Each batch carries them."""
    row = first(case.evidence.rows, "host_filesystem_samples")
    other = row._replace(values={**row.values, "available_bytes": None})
    rows = changed(case.evidence.rows, "host_filesystem_samples", other)

    assert ["I3"] == case.invariants(case.evidence._replace(rows=rows))


def test_i3_a_name_that_nobody_sent_is_found(case: Case) -> None:
    """Names are stored as they are, whatever is in them."""
    cut = [StoredName(owner, name[:-1]) for owner, name in case.evidence.names]
    verdict = case.verdict(case.evidence._replace(names=cut))

    assert (["I3"], 6) == ([finding.invariant for finding in verdict.findings], verdict.wrong)


def test_i3_a_thief_names_no_vm(case: Case) -> None:
    """What a host calls another's VM is in the ledger, and may stand nowhere."""
    batch = FLEET.batch(1, SECOND + 50, 50)
    assert batch.domains is not None
    stolen = [msgspec.structs.replace(each, name="stolen") for each in batch.domains]
    said = letter_of(msgspec.structs.replace(batch, domains=stolen), "leave a trace").attempt
    case.ledger.attempt(said)
    names = [*case.evidence.names, StoredName(stolen[0].uuid, "stolen")]

    assert ["I3"] == case.invariants(case.evidence._replace(names=names))


def test_i3_a_thief_has_a_name_of_its_own(case: Case) -> None:
    """What it calls itself is its own affair, whatever it says about others."""
    thief = Fleet(FleetShape(host_count=1, domain_count_per_host=1, host_prefix="thief"))
    said = letter_of(thief.batch(0, SECOND, 1), "leave a trace").attempt
    case.ledger.attempt(said)
    own = [each for each in names_of_message(said.body, said.host) if each.owner == said.host]

    assert len(own) == 1
    assert [] == case.invariants(case.evidence._replace(names=[*case.evidence.names, *own]))


def test_i4_a_row_that_nobody_sent_is_found(case: Case) -> None:
    """An instant that is in no message is an invention."""
    row = first(case.evidence.rows, "domain_samples")
    other = row._replace(key=row.key._replace(at_microseconds=row.key.at_microseconds + 1))
    verdict = case.verdict(case.evidence._replace(rows=[*case.evidence.rows, other]))

    assert (["I4"], 1) == ([finding.invariant for finding in verdict.findings], verdict.wrong)


@pytest.mark.parametrize("host", ["hv001", None])
def test_i5_a_row_under_another_host_is_found(case: Case, host: str | None) -> None:
    """So is one whose host nobody knows, as after a restored database."""
    row = first(case.evidence.rows, "domain_samples")
    rows = changed(case.evidence.rows, "domain_samples", row._replace(host=host))
    verdict = case.verdict(case.evidence._replace(rows=rows))

    assert (["I5"], 1) == ([finding.invariant for finding in verdict.findings], verdict.wrong)


def test_i5_what_a_host_says_in_anothers_name_may_not_be_stored(case: Case) -> None:
    """Rows from a forged message belong to nobody who is in the ledger."""
    forged = letter_of(FLEET.batch(1, SECOND + 50, 50)).attempt
    case.ledger.attempt(forged._replace(message_id="hv000/ffffffffffffffff/1", host="hv000"))
    rows = [*case.evidence.rows, *rows_of_message(forged.body, event=False)]

    assert "I4" in case.invariants(case.evidence._replace(rows=rows))


@pytest.mark.parametrize(
    ("observation", "invariant"),
    [
        (Observation(largest_resident_bytes=2, resident_limit_bytes=1), "I6"),
        (Observation(most_descriptors=2, descriptor_limit=1), "I6"),
        (Observation(resident_growth_bytes=2, resident_growth_limit_bytes=1), "I6"),
        (Observation(descriptor_growth=2, descriptor_growth_limit=1), "I6"),
        (Observation(late=("recover took 99 s",)), "I7"),
        (Observation(untold=("database_away",)), "I8"),
        (Observation(longest_gap_seconds=5.1, gap_limit_seconds=5.0), "I9"),
        (Observation(wrong=("a stolen VM",)), "I5"),
    ],
)
def test_what_was_seen_meanwhile_counts(case: Case, observation: Observation, invariant: str) -> None:
    """I6 to I9 are broken by what the watch saw."""
    assert [invariant] == case.invariants(observation=observation)


def test_no_limit_no_finding(case: Case) -> None:
    """A fault that takes the database away has no limit for the neighbours' gap."""
    assert [] == case.invariants(observation=Observation(longest_gap_seconds=60.0, gap_limit_seconds=None))


def test_i9_an_honest_message_that_was_set_aside_is_found(case: Case) -> None:
    """It is not lost, and yet a neighbour has paid."""
    (gone, *ids) = case.evidence.message_ids
    evidence = case.evidence._replace(message_ids=ids, quarantined_ids=[gone])

    assert (["I9"], 0) == (case.invariants(evidence), case.verdict(evidence).lost)


def test_i9_an_honest_message_among_the_dead_letters_is_found(case: Case) -> None:
    """The broker gave it up because of somebody else."""
    (gone, *ids) = case.evidence.message_ids

    assert ["I9"] == case.invariants(case.evidence._replace(message_ids=ids, dead_ids=[gone]))


def test_i9_an_honest_message_that_is_stored_and_set_aside_is_found(case: Case) -> None:
    """Somebody will look at it, or replay it, for nothing."""
    evidence = case.evidence._replace(quarantined_ids=case.evidence.message_ids[:1])

    assert (["I9"], 7, 0) == (case.invariants(evidence), *case.verdict(evidence)[1:3])


def test_i8_a_stored_message_that_is_told_as_dropped_is_found(case: Case) -> None:
    """A count of drops that is too high cries wolf."""
    host, epoch, sequence = case.evidence.message_ids[0].split("/")
    evidence = case.evidence._replace(dropped=[(host, epoch, int(sequence), int(sequence))])

    assert (["I8"], 7, 0) == (
        case.invariants(evidence),
        case.verdict(evidence).stored,
        case.verdict(evidence).dropped,
    )


@pytest.mark.parametrize(
    ("name", "expected", "stored", "same"),
    [
        ("load_1m", 0.1, 0.10000000149011612, True),
        ("load_1m", -0.0, 0.0, False),
        ("uptime_seconds", 0.1, 0.10000000149011612, False),
        ("memory_estimated", True, 1, False),
        ("memory_total_bytes", 1, None, False),
        ("memory_total_bytes", None, None, True),
    ],
)
def test_values_are_compared_in_the_width_of_their_column(
    name: str, expected: object, stored: object, *, same: bool
) -> None:
    """A real holds 24 bits, a double 53; zero has a sign."""
    assert same is is_same(name, expected, stored)


def test_i8_a_gap_that_nobody_tells_or_whose_drops_are_counted_wrongly_is_found(case: Case) -> None:
    """A message that was given up between two stored ones is one gap, with one drop."""
    (gone,) = sorted(item for item in case.evidence.message_ids if item.startswith("hv001/"))[1:-1]
    host, epoch, text = gone.split("/")
    sequence = int(text)
    untold = evidence_of([each for item, each in case.ledger.attempts().items() if item != gone])._replace(
        dropped=[(host, epoch, sequence, sequence)]
    )
    gap = ToldGap(host, epoch, sequence, sequence, 1)

    assert ["I8"] == case.invariants(untold)
    assert [] == case.invariants(untold._replace(gaps=[gap]))
    assert ["I8"] == case.invariants(untold._replace(gaps=[gap._replace(dropped_count=0)]))
    assert ["I8"] == case.invariants(case.evidence._replace(gaps=[gap._replace(dropped_count=0)]))
