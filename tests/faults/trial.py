# SPDX-License-Identifier: Apache-2.0
"""One trial, a fault with a seed: setup, inject, hold, recover, drain, check."""

import itertools
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

from deploy.lab.errors import LabError
from deploy.lab.readiness import wait_until
from tests.faults.checker import Finding, Observation, TrialResult, check, lost_messages, take_account
from tests.faults.evidence import write_evidence
from tests.faults.fault import Fault
from tests.faults.real_publisher import HOST
from tests.faults.scene import Scene, open_scene
from tests.faults.site import Site, on_small_disk
from tests.faults.watch import Watch

_CONSUMER_COUNT = 2
# Messages of a tick that may always be under way.
_UNDER_WAY_COUNT = 2
_DESCRIPTOR_LIMIT = 200
# A connection more or less, as a reconnection has for a moment.
_DESCRIPTOR_GROWTH_LIMIT = 4
_RETURNED_SECONDS = 60.0
# So many new batches of every neighbour show that all is as before.
_SETTLE_TICKS = 3
# What the checker compared with the ledger, written where it found something.
EVIDENCE = "evidence.jsonl"


class Outcome(NamedTuple):
    """What was measured of one trial."""

    # Of neighbours: the longest time without a new row, and from the end of the fault to a new one.
    longest_gap_seconds: float = 0.0
    longest_return_seconds: float = 0.0
    largest_resident_bytes: int = 0
    # What the fault itself measured.
    measured: tuple[str, ...] = ()


class Trial(NamedTuple):
    """What one trial gave. ``broken`` is the trace of a trial that could not be carried out to its end."""

    fault: Fault
    seed: int
    verdict: TrialResult
    outcome: Outcome
    took_seconds: float
    folder: Path
    broken: str = ""

    @property
    def holds(self) -> bool:
        """Whether every invariant held."""
        return not self.broken and not self.verdict.findings


def run_trial(site: Site, fault: Fault, seed: int, folder: Path, fuzz_count: int = 0) -> Trial:
    """Carry out one fault; what goes wrong is in the result, not raised."""
    begun_seconds = time.monotonic()
    verdict = TrialResult(0, 0, 0, 0, 0, 0, 0, 0, [])
    outcome, broken = Outcome(), ""
    try:
        with ExitStack() as stack:
            stage = site
            if fault.database_disk_bytes is not None:
                stage = stack.enter_context(on_small_disk(site, fault.database_disk_bytes))
            scene = stack.enter_context(open_scene(stage, folder / fault.name, seed))
            folder = scene.folder
            scene.fuzz_count = fuzz_count
            verdict, outcome = _carry_out(scene, fault)
    except Exception:  # noqa: BLE001 - a broken trial is a line of the table, and the others go on
        broken = traceback.format_exc()
        verdict = verdict._replace(findings=[Finding("I7", broken.strip().splitlines()[-1])])
    _mend(site)
    return Trial(fault, seed, verdict, outcome, time.monotonic() - begun_seconds, folder, broken)


def _mend(site: Site) -> None:
    """Bring the servers back for the next trial."""
    for server in (site.broker, site.postgresql):
        try:
            server.thaw()
        except LabError:
            server.kill()
        if not server.is_running:
            server.launch()


@contextmanager
def _step(scene: Scene, name: str, limit_seconds: float) -> Iterator[None]:
    """Note a step that takes longer than it may; each wait within it is bounded by itself."""
    begun_seconds = time.monotonic()
    yield
    took_seconds = time.monotonic() - begun_seconds
    if took_seconds > limit_seconds:
        scene.late.append(f"{name} took {took_seconds:.0f} s, {limit_seconds:g} s allowed")


def _carry_out(scene: Scene, fault: Fault) -> tuple[TrialResult, Outcome]:
    deadlines = fault.deadlines
    with _step(scene, "setup", deadlines.setup_seconds):
        _set_up(scene, fault)
    watch = Watch(scene.database.administrator_url, scene.pids)
    # Whoever joins during the fault is no neighbour.
    neighbours = [host.host for host in scene.hosts[fault.struck_count :]]
    watch.start(neighbours)
    try:
        for strike_number in _strikes(fault):
            if strike_number and neighbours:
                # Each strikes a site that works, with messages on their way.
                scene.await_all_stored(neighbours)
            _strike(scene, fault, watch)
        _heal(scene)
        scene.await_all_stored(neighbours, _SETTLE_TICKS)
        watch.leave_hosts()
        # A consumer that works off what has waited takes the most memory.
        _drain(scene, deadlines.drain_seconds)
    finally:
        watch.stop()
    growth = watch.growth()
    if fault.growth_limit_bytes is not None:
        scene.measured.append(
            f"a consumer grew by {growth.resident_bytes / 2**20:.1f} MiB "
            f"and {growth.descriptor_count} open files in {growth.at:.0f} s"
        )
    outcome = Outcome(
        watch.longest_gap_seconds(neighbours),
        watch.longest_return_seconds(neighbours),
        watch.largest_resident_bytes,
        tuple(scene.measured),
    )
    observation = Observation(
        largest_resident_bytes=watch.largest_resident_bytes,
        resident_limit_bytes=fault.resident_limit_bytes,
        most_descriptors=watch.most_descriptors,
        descriptor_limit=_DESCRIPTOR_LIMIT,
        resident_growth_bytes=growth.resident_bytes,
        resident_growth_limit_bytes=fault.growth_limit_bytes,
        descriptor_growth=growth.descriptor_count,
        descriptor_growth_limit=None if fault.growth_limit_bytes is None else _DESCRIPTOR_GROWTH_LIMIT,
        late=tuple(scene.late),
        untold=tuple(scene.untold),
        wrong=tuple(scene.wrong),
        longest_gap_seconds=outcome.longest_gap_seconds,
        gap_limit_seconds=fault.gap_limit_seconds,
    )
    evidence = scene.evidence()
    verdict = check(scene.ledger, evidence, observation)
    if verdict.findings:
        write_evidence(evidence, scene.folder / EVIDENCE)
    return verdict, outcome


def _strikes(fault: Fault) -> Iterator[int]:
    """Yield the number of each strike: so many, and as long as the fault goes on."""
    begun_seconds = time.monotonic()
    for number in itertools.count():
        if number >= fault.times and time.monotonic() - begun_seconds >= fault.lasting_seconds:
            return
        yield number


def _strike(scene: Scene, fault: Fault, watch: Watch) -> None:
    deadlines = fault.deadlines
    scene.ledger.note("strike")
    with _step(scene, "inject", deadlines.inject_seconds + deadlines.fuzzed_seconds * scene.fuzz_count):
        fault.inject(scene)
    if fault.hold_seconds:
        scene.pass_time(fault.hold_seconds * scene.random.uniform(0.9, 1.1))
    for event in fault.told:
        scene.require_told(event)
    with _step(scene, "recover", deadlines.recover_seconds):
        fault.recover(scene)
    watch.note_recovery()
    scene.ledger.note("recovered")


def _set_up(scene: Scene, fault: Fault) -> None:
    scene.stand_between(*fault.hops)
    scene.settings |= fault.settings
    fault.prepare(scene)
    for process in [scene.start_consumer() for _ in range(_CONSUMER_COUNT)]:
        process.wait_for("consuming", timeout_seconds=60.0)
    fleet = scene.fleet(fault.host_count, fault.domain_count)
    for ordinal in range(fault.host_count):
        scene.add_host(
            fleet,
            ordinal,
            interval_seconds=fault.interval_seconds,
            ahead_seconds=scene.clock_of(ordinal),
        )
    fault.begin(scene)
    scene.await_all_stored([host.host for host in scene.hosts])


def _heal(scene: Scene) -> None:
    """Take every fault away; a consumer that ended by itself is a finding, and is started again."""
    for proxy in scene.proxies.values():
        proxy.heal()
    for process in list(scene.consumers):
        if not process.alive:
            scene.late.append(f"a consumer ended with status {process.exit_status}")
            scene.end_consumer(process)
            scene.start_consumer()


def _drain(scene: Scene, timeout_seconds: float) -> None:
    """Let everybody finish, wait until each message is somewhere; what waits in the queue then is late."""
    if scene.publisher is not None:
        _drain_publisher(scene, timeout_seconds)
    end_seconds = time.monotonic() + timeout_seconds
    for host in scene.hosts:
        if not host.finish(max(0.0, end_seconds - time.monotonic())):
            scene.late.append(f"{host.waiting_count} messages of {host.host} were not confirmed")

    def is_accounted() -> bool:
        try:
            evidence = scene.evidence_so_far()
        except psycopg.Error:
            return False
        return not lost_messages(take_account(scene.ledger, evidence), evidence, scene.ledger)

    wait_until(is_accounted, timeout_seconds=max(1.0, end_seconds - time.monotonic()))
    for process in list(scene.consumers):
        scene.end_consumer(process)
    # What they had in hand comes back when the broker has noticed their end; it tells so every five seconds.
    if not wait_until(lambda: scene.queue_depth() == scene.ready_count(), timeout_seconds=_RETURNED_SECONDS):
        scene.late.append(
            f"{scene.queue_depth()} messages are in the queue, {scene.ready_count()} of them ready"
        )
    waiting_count = scene.ready_count()
    if waiting_count:
        scene.late.append(f"{waiting_count} messages still wait in the queue")


def _drain_publisher(scene: Scene, timeout_seconds: float) -> None:
    publisher = scene.publisher
    if publisher is None:
        return
    if not publisher.alive:
        scene.late.append("the publisher has ended")
        publisher.start()

    def is_empty() -> bool:
        count = scene.spooled_count(HOST)
        return count is not None and count <= _UNDER_WAY_COUNT

    wait_until(is_empty, timeout_seconds=timeout_seconds)
    # What was dropped is told with the next batches.
    scene.await_stored(HOST, _SETTLE_TICKS)
    publisher.stop()
    with scene.channel() as channel:
        left_count = publisher.write_down(scene.ledger, channel)
    if left_count:
        scene.late.append(f"{left_count} messages were left in the spool")
