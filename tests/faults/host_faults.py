# SPDX-License-Identifier: Apache-2.0
"""Faults and malice of a host: wrong clocks, scattered dates, other hosts' names and VMs."""

import time

import msgspec

from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet
from publisher.wire.codec import encode
from publisher.wire.topics import INGEST_QUEUE, sample_key
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Action, Deadlines, Fault
from tests.faults.honest_host import letter_of
from tests.faults.scene import Scene

_DAY_SECONDS = 86_400.0
_SCATTERED_COUNT = 640
_RETURNING_HOST_COUNT = 50
_BACKLOG_SECONDS, _BACKLOG_TICK_SECONDS = 600.0, 10.0
_BACKLOG_RATIO = 5.0


def step_clock(offset_seconds: float) -> Action:
    """Return an act that sets the first host's clock wrong."""

    def act(scene: Scene) -> None:
        scene.clock_offsets[0] = offset_seconds

    return act


def send_from_far_ahead(scene: Scene) -> None:
    """Send samples of ten years ahead: whatever becomes of them, they leave a trace."""
    fleet = scene.fleet(1, 2, prefix="future")
    sender = scene.intruder(fleet.hosts[0].host)
    ahead_seconds = 10 * 365 * _DAY_SECONDS
    letters = [
        letter_of(fleet.batch(0, time.time() + ahead_seconds + tick, tick + 1), "store or set aside")
        for tick in range(40)
    ]
    sender.send_letters(*letters)


def scatter(scene: Scene) -> None:
    """Send 640 valid messages, each dated a day before the one before it."""
    fleet = scene.fleet(1, 1, prefix="scattered")
    now_seconds = time.time()
    letters = [
        letter_of(fleet.batch(0, now_seconds - _DAY_SECONDS * (tick + 1), tick + 1), "store or set aside")
        for tick in range(_SCATTERED_COUNT)
    ]
    scene.intruder(fleet.hosts[0].host).send_letters(*letters)
    scene.await_stored(scene.hosts[-1].host, 12)


def speak_for_another(scene: Scene) -> None:
    """Try to bring rows under another host's name, in every way the protocol has."""
    victim, thief = scene.fleet(2, 2, prefix="victim"), "thief"
    sender = scene.intruder(thief)
    scene.publisher_url(victim.hosts[0].host)
    host = victim.hosts[0].host
    body = encode(victim.batch(0, time.time() - 30.0, 1))
    own = sample_key(thief)
    other = sample_key(host)
    for key in (own, other, f"{own}\n", f"{other}\n", f"{thief}.{other}", "", "#", own.upper()):
        for user in (thief, host, None):
            sender.send(body, {"user_id": user}, key=key)
        for header in ("CC", "BCC"):
            sender.send(body, {"headers": {header: [other]}}, key=key)
    for exchange in ("", "amq.topic", "amq.direct", "amq.fanout", "kvmgrid.dead-letters", "kvmgrid.truth"):
        sender.send(body, exchange=exchange, key=INGEST_QUEUE if exchange in {"", "amq.direct"} else other)
    sender.send(body, {"app_id": host, "reply_to": other, "message_id": f"{host}/{'0' * 16}/1"})
    scene.await_stored(scene.hosts[0].host, 4)
    known = scene.query("SELECT 1 FROM hosts WHERE host = %s", host)
    if known:
        scene.wrong.append(f"{host} is known, although it never sent")


def list_anothers_domains(scene: Scene) -> None:
    """List a neighbour's VMs as one's own: with a short tick, from ahead in time, under another name."""
    neighbour = scene.hosts[0]
    victims = neighbour.latest_domains()
    fleet = scene.fleet(1, 1, prefix="thief")
    sender = scene.intruder(fleet.hosts[0].host)
    for sequence in range(1, 21):
        ahead_seconds = 290.0 if sequence % 2 else -1.0
        batch = fleet.batch(0, time.time() + ahead_seconds + sequence / 100, sequence)
        stolen = [msgspec.structs.replace(each, name=f"stolen-{each.name}") for each in victims]
        message = msgspec.structs.replace(batch, domains=stolen, tick_seconds=0.01)
        sender.send_letters(letter_of(message, "leave a trace"))
        scene.pass_time(0.2)
    scene.await_stored(neighbour.host, 8)
    _note_thefts(scene, fleet, neighbour.host)


def _note_thefts(scene: Scene, fleet: Fleet, victim: str) -> None:
    thief = fleet.hosts[0].host
    rows = scene.query(
        "SELECT d.name, s.sampled_at::text FROM domain_samples AS s JOIN domains AS d USING (domain_id)"
        " JOIN hosts AS h ON h.host_id = s.host_id WHERE h.host = %s",
        thief,
    )
    scene.wrong += [f"a sample of {thief} in the series of {victim}'s {name} at {at}" for name, at in rows]
    names = scene.query("SELECT name FROM domains WHERE name LIKE 'stolen-%%' OR title LIKE 'stolen-%%'")
    scene.wrong += [f"a VM of {victim} is called {name}" for (name,) in names]


def repeat_old_messages(scene: Scene) -> None:
    """Send messages that are stored already, as captured: the same bytes under the same id."""
    fleet = scene.fleet(1, 2, prefix="repeater")
    batches = [fleet.batch(0, time.time() - 60.0 + tick, tick + 1) for tick in range(20)]
    sender = scene.intruder(fleet.hosts[0].host)
    for _ in range(3):
        sender.send_letters(*map(letter_of, batches))
        scene.await_stored(scene.hosts[0].host, 2)


def change_old_messages(scene: Scene) -> None:
    """Send messages that are stored already with the same ids and instants, and other values."""
    fleet = scene.fleet(1, 2, prefix="changer")
    batches = [fleet.batch(0, time.time() - 60.0 + tick, tick + 1) for tick in range(20)]
    sender = scene.intruder(fleet.hosts[0].host)
    sender.send_letters(*map(letter_of, batches))
    scene.await_stored(scene.hosts[0].host, 2)
    for batch in batches:
        sample = msgspec.structs.replace(batch.sample, memory_total_bytes=1)
        domains = [
            msgspec.structs.replace(each, sample=msgspec.structs.replace(each.sample, cpu_cores=7.0))
            for each in batch.domains or ()
        ]
        sender.repeat(letter_of(msgspec.structs.replace(batch, sample=sample, domains=domains)))
    scene.await_stored(scene.hosts[0].host, 4)


def return_with_backlogs(scene: Scene) -> None:
    """Let fifty hosts send ten minutes each as fast as they can; note how fast that is stored."""
    fleet = scene.fleet(_RETURNING_HOST_COUNT, 20, prefix="back")
    senders = [scene.intruder(host.host) for host in fleet.hosts]
    begun_seconds, begun_at = time.monotonic(), time.time() - _BACKLOG_SECONDS
    for sequence in range(1, int(_BACKLOG_SECONDS / _BACKLOG_TICK_SECONDS) + 1):
        second = begun_at + sequence * _BACKLOG_TICK_SECONDS
        for ordinal, sender in enumerate(senders):
            sender.send_letters(letter_of(fleet.batch(ordinal, second, sequence)))
    query = "SELECT count(*) FROM publisher_reports JOIN hosts USING (host_id) WHERE host LIKE 'back%%'"
    count = _RETURNING_HOST_COUNT * int(_BACKLOG_SECONDS / _BACKLOG_TICK_SECONDS)
    stored = wait_until(lambda: scene.query(query) == [(count,)], timeout_seconds=_BACKLOG_SECONDS)
    took_seconds = time.monotonic() - begun_seconds
    ratio = _BACKLOG_SECONDS / took_seconds
    scene.measured.append(
        f"{count} messages sent and stored in {took_seconds:.0f} s, {ratio:.1f} times real time"
    )
    if not stored or ratio < _BACKLOG_RATIO:
        scene.late.append(
            f"a backlog is stored {ratio:.1f} times as fast as it came, {_BACKLOG_RATIO:g} asked for"
        )


HOST_FAULTS = (
    Fault(
        "F20-ahead", "a host's clock 1 h ahead for 10 s, then right again", "stored under the claimed time",
        step_clock(3_600.0), step_clock(0.0), hold_seconds=10.0, struck_count=1,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F20-behind", "a host's clock 1 h behind for 10 s, then right again", "stored under the claimed time",
        step_clock(-3_600.0), step_clock(0.0), hold_seconds=10.0, struck_count=1,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F20-far", "40 samples dated ten years ahead", "set aside with their reason",
        send_from_far_ahead, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS, hold_seconds=3.0,
    ),
    Fault(
        "F27", "a host tries to send in another host's name, in fifty ways",
        "the broker refuses or the consumer sets aside; the other host stays unknown",
        speak_for_another, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "B21", "twenty stored messages sent again, twice", "stored once",
        repeat_old_messages, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "B21-other", "twenty stored messages sent again, same ids and instants, other values",
        "the first ones stay", change_old_messages, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F21",
        f"{_RETURNING_HOST_COUNT} hosts with 20 VMs each come back with {_BACKLOG_SECONDS:g} s of samples",
        f"stored {_BACKLOG_RATIO:g} times as fast as they came, neighbours go on", return_with_backlogs,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS, deadlines=Deadlines(inject_seconds=_BACKLOG_SECONDS),
    ),
    Fault(
        "P3", "640 messages of one host, each dated a day before the last", "neighbours go on",
        scatter, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "P6", "a host lists a neighbour's VMs with a short tick, a clock ahead and other names",
        "no sample, no name of it reaches the neighbour's VMs",
        list_anothers_domains, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS, struck_count=1,
    ),
)  # fmt: skip
