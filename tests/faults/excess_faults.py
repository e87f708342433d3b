# SPDX-License-Identifier: Apache-2.0
"""Faults of a host that sends too much: garbage, VMs, bytes, and valid messages beyond its budget."""

import contextlib
import shutil
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path

import msgspec

from consumer.intake.admission import DOMAIN_COUNT_MAX
from consumer.inventory.influx import NEW_COUNT_MAX
from consumer.settings import ConsumerSettings, DatabaseSettings, IngestSettings
from consumer.status.reading import read_status
from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet
from publisher.wire.broker import BrokerSettings
from publisher.wire.samples import SampleBatch
from tests.faults import database_faults
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Deadlines, Fault
from tests.faults.honest_host import LOST, Letter, letter_of
from tests.faults.intruder import Intruder
from tests.faults.scene import Scene

ENROL = Path(__file__).resolve().parents[2] / "deploy" / "rabbitmq" / "enrol"
_FLOOD_SECONDS = 15.0
_TOO_MANY_COUNT = 20_000
# Their rows are over one flush's.
_INVENTOR_COUNT = 27
_EVER_MORE_COUNT, _MORE_COUNT = 20, 1_000
_EXCESS_SECONDS = 30.0
_EXCESS_PER_SECOND = 10.0 * IngestSettings().host_budget_messages_per_second
_EXCESS_SENDER_COUNT = 4
_EXCESS_GROUP_COUNT = 25
_NAMED_SECONDS = 10.0
_SMALL_COUNT = 60
_LARGE_COUNT = 90
_LARGE_BYTES = 15 * 1024 * 1024
_DELIVERED_SECONDS = 120.0


def flood(scene: Scene) -> None:
    """Let three hosts send garbage as fast as they can."""
    end_seconds = time.monotonic() + _FLOOD_SECONDS

    def pour(name: str) -> None:
        sender = scene.intruder(name)
        while time.monotonic() < end_seconds:
            sender.send_many([scene.random.randbytes(200) for _ in range(100)])

    threads = [threading.Thread(target=pour, args=(f"flood{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3 * _FLOOD_SECONDS)


def send_too_many_domains(scene: Scene) -> None:
    """Send one message of 20,000 VMs that nobody has heard of, and four that rename them."""
    fleet = scene.fleet(1, 1, prefix="inventor")
    words = ("new", "renamed", "again", "once-more", "last")
    letters = [
        _invented(scene, _batch(fleet, sequence), range(_TOO_MANY_COUNT), word)
        for sequence, word in enumerate(words, 1)
    ]
    scene.intruder(fleet.hosts[0].host).send_letters(
        *(each._replace(attempt=each.attempt._replace(duty="store or set aside")) for each in letters)
    )
    scene.await_stored(scene.hosts[-1].host, 12)


def invent_domains(scene: Scene) -> None:
    """Let many hosts send as many new VMs each as one may bring, then rename all of them."""
    fleet = scene.fleet(_INVENTOR_COUNT, 1, prefix="inventor")
    senders = [scene.intruder(host.host) for host in fleet.hosts]
    for sequence, word in enumerate(("new", "renamed"), 1):
        for ordinal, sender in enumerate(senders):
            numbers = range(ordinal * DOMAIN_COUNT_MAX, (ordinal + 1) * DOMAIN_COUNT_MAX)
            sender.send_letters(_invented(scene, _batch(fleet, sequence, ordinal), numbers, word))
        scene.await_stored(scene.hosts[-1].host, 12)


def bring_ever_more_domains(scene: Scene) -> None:
    """Send new VMs in every message, far more than a host may bring; note how many were entered."""
    fleet = scene.fleet(1, 1, prefix="inventor")
    host = fleet.hosts[0].host
    sender = scene.intruder(host)
    for sequence in range(1, _EVER_MORE_COUNT + 1):
        numbers = range((sequence - 1) * _MORE_COUNT, sequence * _MORE_COUNT)
        letter = _invented(scene, _batch(fleet, sequence), numbers, "new")
        sender.send_letters(letter._replace(attempt=letter.attempt._replace(duty="store or set aside")))
    scene.await_stored(scene.hosts[-1].host, 12)
    sent = scene.ledger.with_fate("confirmed")
    wait_until(lambda: sent <= _settled_ids(scene), timeout_seconds=_DELIVERED_SECONDS)
    ((count,),) = scene.query("SELECT count(*) FROM domains JOIN hosts USING (host_id) WHERE host = %s", host)
    scene.measured.append(f"{count} of {_EVER_MORE_COUNT * _MORE_COUNT} VMs were entered")
    # Each consumer counts what it enters itself.
    if not 0 < count <= NEW_COUNT_MAX * len(scene.consumers):
        scene.wrong.append(f"{count} VMs of {host} were entered")


def _settled_ids(scene: Scene) -> set[str]:
    evidence = scene.evidence_so_far()
    return {*evidence.message_ids, *evidence.quarantined_ids}


def _invented(scene: Scene, batch: SampleBatch, numbers: range, word: str) -> Letter:
    """Return a message of VMs without devices, which follow from the seed and their numbers."""
    first = (batch.domains or [])[0]
    bare = msgspec.structs.replace(first, blocks=[], interfaces=[], description=None)
    domains = [
        msgspec.structs.replace(
            bare, uuid=str(uuid.UUID(int=(scene.seed << 64) + number)), name=f"{word}-{number}"
        )
        for number in numbers
    ]
    return letter_of(msgspec.structs.replace(batch, domains=domains))


def _batch(fleet: Fleet, sequence: int, ordinal: int = 0) -> SampleBatch:
    return fleet.batch(ordinal, time.time() - 120.0 + sequence, sequence)


def exceed_budget(scene: Scene) -> None:
    """Send valid messages at ten times the budget until `enrol suspend` ends it; note what that took."""
    fleet = scene.fleet(1, 1, prefix="excess")
    host = fleet.hosts[0].host
    excess = _Excess(scene, fleet)
    begun_seconds = time.monotonic()
    excess.start()
    status = ConsumerSettings(
        broker=BrokerSettings(url=scene.virtual_host.consumer_url),
        database=DatabaseSettings(url=scene.database.ingest_url),
    )

    def is_named() -> bool:
        return any(line.startswith(f"{host} floods") for line in read_status(status).status.problems)

    if wait_until(is_named, timeout_seconds=_NAMED_SECONDS):
        scene.measured.append(
            f"status names the host {time.monotonic() - begun_seconds:.1f} s after it began"
        )
    else:
        scene.untold.append(f"status does not call {host} a flood within {_NAMED_SECONDS:g} s")
    scene.pass_time(max(0.0, begun_seconds + _EXCESS_SECONDS - time.monotonic()))
    suspended_seconds = time.monotonic()
    enrol(scene, "suspend", host)
    if not excess.join():
        scene.late.append(f"{host} still sends after `enrol suspend`")
    per_second = excess.count / (excess.ended_seconds - begun_seconds)
    scene.measured.append(f"{excess.count} messages, {per_second:.0f} a second")
    if per_second < _EXCESS_PER_SECOND / 2:
        scene.late.append(f"only {per_second:.0f} messages a second were sent: this machine is too busy")
    scene.measured.append(f"enrol suspend ended it after {excess.ended_seconds - suspended_seconds:.1f} s")
    # Those of its last group that were confirmed are not in the count.
    waiting_count = excess.count - scene.stored_count(host)
    stored = wait_until(lambda: scene.stored_count(host) >= excess.count, timeout_seconds=_DELIVERED_SECONDS)
    took_seconds = time.monotonic() - suspended_seconds
    scene.measured.append(
        f"{max(0, waiting_count)} of its messages waited then; {'all' if stored else 'not all'} were stored "
        f"{took_seconds:.1f} s after enrol suspend was called"
    )


def enrol(scene: Scene, *arguments: str) -> None:
    """Run deploy/rabbitmq/enrol beside the broker, as an operator does."""
    broker = scene.site.broker
    script = broker.directory / "enrol"
    shutil.copy(ENROL, script)
    broker.enclosure.run(
        ["bash", str(script), *arguments],
        log=broker.log_path,
        user=broker._user,
        environment=broker._environment() | {"PATH": "/usr/lib/rabbitmq/bin:/usr/bin:/bin"},
    )


class _Excess:
    """A host that sends at ten times its budget, over connections of its own, until it is sent away."""

    def __init__(self, scene: Scene, fleet: Fleet) -> None:
        self._fleet = fleet
        self._senders = [scene.intruder(fleet.hosts[0].host) for _ in range(_EXCESS_SENDER_COUNT)]
        self._lock = threading.Lock()
        self._sequence = 0
        self._begun_seconds = 0.0
        self._ending = threading.Event()
        # Confirmed messages; the last of them at the time.
        self.count = 0
        self.ended_seconds = 0.0
        self._threads = [
            threading.Thread(target=self._pour, args=(sender,), daemon=True) for sender in self._senders
        ]

    def start(self) -> None:
        """Begin to send."""
        self._begun_seconds = time.monotonic()
        for thread in self._threads:
            thread.start()

    def join(self) -> bool:
        """Wait until no connection is left; tell whether that came by itself."""
        for thread in self._threads:
            thread.join(_NAMED_SECONDS)
        by_itself = not any(thread.is_alive() for thread in self._threads)
        self._ending.set()
        return by_itself

    def _pour(self, sender: Intruder) -> None:
        # The broker closes the connection of a user that is suspended.
        with contextlib.suppress(*LOST):
            while not self._ending.is_set():
                letters = self._due()
                if not letters:
                    self._ending.wait(_EXCESS_GROUP_COUNT / _EXCESS_PER_SECOND)
                    continue
                sender.send_letters(*letters)
                with self._lock:
                    self.count += len(letters)
                    self.ended_seconds = time.monotonic()

    def _due(self) -> list[Letter]:
        with self._lock:
            due = int((time.monotonic() - self._begun_seconds) * _EXCESS_PER_SECOND)
            if due - self._sequence < _EXCESS_GROUP_COUNT:
                return []
            first = self._sequence + 1
            self._sequence += _EXCESS_GROUP_COUNT
        # Equal but for their instants, which no other thread takes: the sender has to be quick.
        batch = self._fleet.batch(0, time.time(), first, tick_seconds=1.0)
        return [
            letter_of(
                msgspec.structs.replace(
                    batch,
                    sequence=first + place,
                    sampled_at=batch.sampled_at + timedelta(microseconds=10 * place),
                )
            )
            for place in range(_EXCESS_GROUP_COUNT)
        ]


def with_default_settings(scene: Scene) -> None:
    """Let the consumers have the settings of an installation."""
    scene.settings.clear()


def send_large(scene: Scene) -> None:
    """Send small messages, freeze the database, send ninety bodies of 15 MiB."""
    fleet = scene.fleet(1, 1, prefix="large")
    sender = scene.intruder(fleet.hosts[0].host)
    begun_seconds = time.time() - _SMALL_COUNT
    sender.send_letters(
        *(letter_of(fleet.batch(0, begun_seconds + tick, tick + 1)) for tick in range(_SMALL_COUNT))
    )
    scene.await_stored(scene.hosts[-1].host, 2)
    database_faults.freeze(scene)
    for number in range(_LARGE_COUNT):
        sender.send_many([number.to_bytes(2, "big") + b"x" * _LARGE_BYTES])


EXCESS_FAULTS = (
    Fault(
        "P8-domains",
        f"{_INVENTOR_COUNT} hosts with {DOMAIN_COUNT_MAX} new VMs each, then all of them renamed",
        "all are stored, neighbours go on", invent_domains, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
        deadlines=Deadlines(inject_seconds=300.0, drain_seconds=180.0),
    ),
    Fault(
        "B22", f"a host sends {_EVER_MORE_COUNT} messages, {_MORE_COUNT} other VMs in each",
        f"each consumer enters {NEW_COUNT_MAX} at most, neighbours go on", bring_ever_more_domains,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS, deadlines=Deadlines(inject_seconds=180.0),
    ),
    Fault(
        "P8-refused", "one message with 20,000 new VMs, and four that rename them", "neighbours go on",
        send_too_many_domains, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "P8-flood", "three hosts send garbage as fast as they can for 15 s",
        "neighbours go on, each message is kept or counted",
        flood, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "P8-budget", "a host sends valid messages at ten times its budget for 30 s",
        "status names it within 10 s, `enrol suspend` ends it, neighbours wait 2 s at most",
        exceed_budget, gap_limit_seconds=2.0, deadlines=Deadlines(inject_seconds=240.0, drain_seconds=180.0),
    ),
    Fault(
        "P8-large", "with default settings: 60 small messages, the database frozen, 90 bodies of 15 MiB",
        "a consumer holds 300 MiB at most", send_large, database_faults.thaw, prepare=with_default_settings,
        hold_seconds=10.0, deadlines=Deadlines(inject_seconds=240.0, drain_seconds=240.0),
    ),
)  # fmt: skip
