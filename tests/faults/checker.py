# SPDX-License-Identifier: Apache-2.0
"""The checker: ledger against evidence. One function an invariant, I1 to I9; pure.

I1 conservation: each confirmed message is stored, set aside or counted as dropped. I2 uniqueness.
I3 fidelity: values come back bit for bit. I4 no invention. I5 authenticity: a row stands under its sender's
host. I6 bounded resources. I7 liveness: all is drained in time. I8 visibility: the fault is told.
I9 no neighbour pays.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from publisher.wire.codec import DecodeError
from tests.faults.deep_recursion import deep_recursion
from tests.faults.evidence import Evidence
from tests.faults.ledger import Attempt, Ledger
from tests.faults.stored_row import (
    RowKey,
    StoredName,
    StoredRow,
    differing_columns,
    names_of_message,
    rows_of_message,
)

# A finding names a few examples; the numbers are in the result.
_EXAMPLE_COUNT = 3


class Observation(NamedTuple):
    """What was seen while the fault lasted; a limit of None is not asked for."""

    largest_resident_bytes: int = 0
    resident_limit_bytes: int | None = None
    most_descriptors: int = 0
    descriptor_limit: int | None = None
    # From the middle of the fault to its end.
    resident_growth_bytes: int = 0
    resident_growth_limit_bytes: int | None = None
    descriptor_growth: int = 0
    descriptor_growth_limit: int | None = None
    # Steps that took longer than they may, and what was not drained in time.
    late: tuple[str, ...] = ()
    # What the fault itself found to be stored wrongly.
    wrong: tuple[str, ...] = ()
    # What should have been told, and was not.
    untold: tuple[str, ...] = ()
    # The longest time without a new stored sample of a host that the fault does not concern.
    longest_gap_seconds: float = 0.0
    gap_limit_seconds: float | None = None


class Finding(NamedTuple):
    """One broken invariant."""

    invariant: str
    text: str


class TrialResult(NamedTuple):
    """The numbers of one fault, and what is broken."""

    attempted: int
    stored: int
    quarantined: int
    dropped: int
    # Refused or never confirmed by the broker, or undone by a restore that is the fault itself.
    not_taken: int
    lost: int
    twice: int
    wrong: int
    findings: list[Finding]


class Account(NamedTuple):
    """Where each attempted message is found; one that is in two places is in two sets."""

    attempts: dict[str, Attempt]
    confirmed: set[str]
    stored: set[str]
    quarantined: set[str]
    dropped: set[str]
    dead: set[str]


def check(ledger: Ledger, evidence: Evidence, observation: Observation) -> TrialResult:
    """Return the result of one fault."""
    account = take_account(ledger, evidence)
    expected = expected_rows(account)
    found = {row.key for row in evidence.rows}
    lost = lost_messages(account, evidence, ledger)
    nowhere = not_taken(account)
    # Refused and counted for good, without their bodies: the budgets of the quarantine were used up.
    undone = ledger.with_fate("undone") | set(evidence.waiting_ids)
    unkept = (nowhere & account.confirmed) - lost - undone
    gaps = missing_rows(account, found, ledger)
    repeated = repeated_messages(evidence) + repeated_rows(evidence)
    altered = altered_rows(expected, evidence)
    invented = invented_rows(expected, evidence)
    misplaced = misplaced_rows(expected, evidence)
    misnamed = other_names(account, evidence)
    findings = [
        *_finding("I1", "messages without a trace", sorted(lost)),
        *_finding("I1", "stored messages of which rows are missing", sorted(gaps)),
        *_finding("I2", "found twice", repeated),
        *_finding("I3", "rows with other values", altered),
        *_finding("I3", "names that nobody sent", misnamed),
        *_finding("I4", "rows that nobody sent", invented),
        *_finding("I5", "rows under another host", [*misplaced, *observation.wrong]),
        *unbounded(observation),
        *_finding("I7", "not in time", observation.late),
        *_finding("I8", "not told", observation.untold),
        *_finding("I8", "told as dropped, and stored", sorted(account.dropped & account.stored)),
        *_finding("I8", "gaps told wrongly", untrue_gaps(account, evidence)),
        *paying_neighbours(account, observation),
    ]
    return TrialResult(
        attempted=len(account.attempts),
        stored=len(account.stored),
        quarantined=len(account.quarantined - account.stored) + len(unkept),
        dropped=len(account.dropped - account.stored),
        not_taken=len(nowhere - lost - unkept),
        lost=len(lost | gaps),
        twice=len(repeated),
        wrong=len({*altered, *invented, *misplaced, *misnamed, *observation.wrong}),
        findings=findings,
    )


def take_account(ledger: Ledger, evidence: Evidence) -> Account:
    """Return where each message is, by its id, or by its body where the quarantine has no usable id."""
    attempts = ledger.attempts()
    aside = set(evidence.quarantined_ids)
    quarantined = {
        message_id
        for message_id, attempt in attempts.items()
        if message_id in aside or hashlib.sha256(attempt.body).digest() in evidence.quarantined_digests
    }
    dropped = {
        message_id for message_id in attempts if any(_is_in(message_id, gone) for gone in evidence.dropped)
    }
    return Account(
        attempts=attempts,
        confirmed=ledger.with_fate("confirmed"),
        stored=set(attempts) & set(evidence.message_ids),
        quarantined=quarantined - ledger.with_fate("refused"),
        dropped=dropped,
        dead=set(attempts) & set(evidence.dead_ids),
    )


def not_taken(account: Account) -> set[str]:
    """Return the messages that are nowhere."""
    return set(account.attempts) - account.stored - account.quarantined - account.dropped - account.dead


def lost_messages(account: Account, evidence: Evidence, ledger: Ledger) -> set[str]:
    """I1: return confirmed messages without a trace, less those that are counted as refused and not kept."""
    missing = account.confirmed - account.stored - account.quarantined - account.dropped - account.dead
    missing -= ledger.with_fate("undone") | set(evidence.waiting_ids)
    by_host: dict[str, list[str]] = defaultdict(list)
    for message_id in sorted(missing):
        # An honest message may not be destroyed, however exactly that is counted.
        if account.attempts[message_id].duty != "store":
            by_host[account.attempts[message_id].host].append(message_id)
    for host, hostile in by_host.items():
        missing -= set(hostile[: evidence.not_kept_counts.get(host, 0)])
    return missing


def missing_rows(account: Account, found: set[RowKey], ledger: Ledger) -> set[str]:
    """I1: return stored messages of which a row is missing."""
    undone = ledger.with_fate("undone")
    return {
        message_id
        for message_id in account.stored - undone
        if account.attempts[message_id].duty != "leave a trace"
        and any(row.key not in found for row in rows_of(account.attempts[message_id]))
    }


def repeated_messages(evidence: Evidence) -> list[str]:
    """I2: return ids that are stored more than once."""
    return sorted(item for item, count in Counter(evidence.message_ids).items() if count > 1)


def repeated_rows(evidence: Evidence) -> list[str]:
    """I2: return keys that more than one row has."""
    counts = Counter(row.key for row in evidence.rows)
    return sorted(str(tuple(key)) for key, count in counts.items() if count > 1)


def altered_rows(expected: dict[RowKey, list[StoredRow]], evidence: Evidence) -> list[str]:
    """I3: return rows of which a value differs from what was sent."""
    altered = []
    for row in evidence.rows:
        candidates = [differing_columns(each, row) for each in expected.get(row.key, [])]
        values = [[name for name in names if name != "host"] for names in candidates]
        if values and all(values):
            altered.append(f"{tuple(row.key)}: {', '.join(min(values, key=len)[:_EXAMPLE_COUNT])}")
    return altered


def other_names(account: Account, evidence: Evidence) -> list[str]:
    """I3: return names of hosts and VMs that no message gave them: cut, escaped, or another's."""
    sent = {
        name
        for attempt in account.attempts.values()
        for name in names_of(attempt)
        # What a host says about others' VMs names nothing but itself.
        if attempt.duty != "leave a trace" or name.owner == attempt.host
    }
    return sorted(f"{owner} is called {name!r}" for owner, name in set(evidence.names) - sent)


def invented_rows(expected: dict[RowKey, list[StoredRow]], evidence: Evidence) -> list[str]:
    """I4: return rows that no message of the ledger brought."""
    return sorted(str(tuple(row.key)) for row in evidence.rows if row.key not in expected)


def misplaced_rows(expected: dict[RowKey, list[StoredRow]], evidence: Evidence) -> list[str]:
    """I5: return rows that stand under another host than the one that sent them, or under none."""
    return [
        f"{tuple(row.key)} under {row.host}"
        for row in evidence.rows
        if row.key in expected and row.host not in {each.host for each in expected[row.key]}
    ]


def untrue_gaps(account: Account, evidence: Evidence) -> list[str]:
    """I8: return what is told as missing and stored, what is missing and not told, wrong counts of drops.

    Honest messages alone count: what a refused one was numbered, its sender chose.
    """
    honest = {item for item, attempt in account.attempts.items() if attempt.duty == "store"}
    told = {message_id for gap in evidence.gaps for message_id in gap.ids()} & honest
    missing = _missing_between(account.stored & honest, honest - account.stored)
    counted = [
        f"{gap.dropped_count} dropped of {gap}"
        for gap in evidence.gaps
        if honest.issuperset(gap.ids()) and gap.dropped_count != len(account.dropped.intersection(gap.ids()))
    ]
    return [*sorted(told & account.stored), *sorted(missing - told), *counted]


def _missing_between(stored: set[str], missing: set[str]) -> set[str]:
    """Return what is missing behind a stored message of the same epoch, and before another."""
    spans: dict[str, tuple[int, int]] = {}
    for message_id in stored:
        epoch, _, number = message_id.rpartition("/")
        first, last = spans.get(epoch, (int(number), int(number)))
        spans[epoch] = (min(first, int(number)), max(last, int(number)))
    found = set()
    for message_id in missing:
        epoch, _, number = message_id.rpartition("/")
        if epoch in spans and spans[epoch][0] < int(number) < spans[epoch][1]:
            found.add(message_id)
    return found


def unbounded(observation: Observation) -> Iterator[Finding]:
    """I6: yield what grew beyond its limit."""
    limits = (
        ("resident bytes", observation.largest_resident_bytes, observation.resident_limit_bytes),
        ("descriptors", observation.most_descriptors, observation.descriptor_limit),
        ("more resident bytes", observation.resident_growth_bytes, observation.resident_growth_limit_bytes),
        ("more descriptors", observation.descriptor_growth, observation.descriptor_growth_limit),
    )
    for name, value, limit in limits:
        if limit is not None and value > limit:
            yield Finding("I6", f"{value} {name} of a consumer, {limit} allowed")


def paying_neighbours(account: Account, observation: Observation) -> Iterator[Finding]:
    """I9: yield honest messages that were set aside, and waits of hosts that the fault does not concern."""
    honest = {item for item, attempt in account.attempts.items() if attempt.duty == "store"}
    yield from _finding("I9", "honest messages set aside", sorted(honest & account.quarantined))
    yield from _finding("I9", "honest messages among the dead letters", sorted(honest & account.dead))
    limit, gap = observation.gap_limit_seconds, observation.longest_gap_seconds
    if limit is not None and gap > limit:
        yield Finding("I9", f"a neighbour was without a new sample for {gap:.1f} s, {limit:g} s allowed")


def expected_rows(account: Account) -> dict[RowKey, list[StoredRow]]:
    """Return what each key may hold: clocks that step back give one key two messages."""
    rows: dict[RowKey, list[StoredRow]] = defaultdict(list)
    for attempt in account.attempts.values():
        for row in rows_of(attempt):
            rows[row.key].append(row)
    return dict(rows)


def rows_of(attempt: Attempt) -> list[StoredRow]:
    """Return the rows of a message: none of one that cannot be read or speaks for another host."""
    try:
        with deep_recursion():
            rows = rows_of_message(attempt.body, event=attempt.event)
    except DecodeError:
        return []
    return [row for row in rows if row.host == attempt.host]


def names_of(attempt: Attempt) -> list[StoredName]:
    """Return what a message calls its host and VMs, likewise."""
    if attempt.event:
        return []
    try:
        with deep_recursion():
            return names_of_message(attempt.body, attempt.host)
    except DecodeError:
        return []


def _is_in(message_id: str, dropped: tuple[str, str, int, int]) -> bool:
    host, epoch, sequence = message_id.split("/")
    return dropped[:2] == (host, epoch) and dropped[2] <= int(sequence) <= dropped[3]


def _finding(invariant: str, text: str, items: "list[str] | tuple[str, ...]") -> Iterator[Finding]:
    if items:
        examples = "; ".join(items[:_EXAMPLE_COUNT])
        yield Finding(invariant, f"{len(items)} {text}: {examples}")
