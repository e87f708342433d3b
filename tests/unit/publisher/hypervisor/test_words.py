# SPDX-License-Identifier: Apache-2.0
"""libvirt's numbers of states and events in virsh's words."""

from typing import Any

import libvirt
import pytest

from publisher.hypervisor.events import SUBSCRIPTIONS
from publisher.hypervisor.lifecycle import lifecycle
from publisher.unsent_event import EventFacts
from publisher.wire.states import STATE_REASON_NAMES, state_name, state_reason_name


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_RUNNING_UNPAUSED, ("running", "unpaused")),
        (libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_RUNNING_WAKEUP, ("running", "event wakeup")),
        (libvirt.VIR_DOMAIN_BLOCKED, 0, ("idle", "unknown")),
        (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_IOERROR, ("paused", "I/O error")),
        (
            libvirt.VIR_DOMAIN_PAUSED,
            libvirt.VIR_DOMAIN_PAUSED_POSTCOPY_FAILED,
            ("paused", "post-copy failed"),
        ),
        (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_DAEMON, ("shut off", "daemon")),
        (libvirt.VIR_DOMAIN_CRASHED, libvirt.VIR_DOMAIN_CRASHED_PANICKED, ("crashed", "panicked")),
        (libvirt.VIR_DOMAIN_PMSUSPENDED, 0, ("pmsuspended", "unknown")),
        (99, 3, ("state 99", "reason 3")),
        (libvirt.VIR_DOMAIN_PAUSED, 99, ("paused", "reason 99")),
    ],
)
def test_states_in_the_words_of_virsh(state: int, reason: int, words: tuple[str, str]) -> None:
    """`virsh domstate --reason` prints these; unknown numbers stay readable."""
    assert words == (state_name(state), state_reason_name(state, reason))


def test_every_reason_of_this_libvirt_has_a_word() -> None:
    """No reason known to the installed library is left as a number."""
    prefixes = {1: "RUNNING", 3: "PAUSED", 5: "SHUTOFF", 6: "CRASHED"}
    for state, prefix in prefixes.items():
        numbers = [value for name, value in vars(libvirt).items() if name.startswith(f"VIR_DOMAIN_{prefix}_")]
        assert max(numbers) < len(STATE_REASON_NAMES[state])


@pytest.mark.parametrize(
    ("event", "detail", "expected"),
    [
        (libvirt.VIR_DOMAIN_EVENT_STARTED, 0, ("domain_started", "booted")),
        (libvirt.VIR_DOMAIN_EVENT_STARTED, 1, ("domain_migration_arrived", "migrated")),
        (libvirt.VIR_DOMAIN_EVENT_SUSPENDED, 2, ("domain_paused", "I/O error")),
        (libvirt.VIR_DOMAIN_EVENT_RESUMED, 0, ("domain_resumed", "unpaused")),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, 1, ("domain_stopped", "destroyed")),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, 2, ("domain_crashed", "crashed")),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, 3, ("domain_migration_departed", "migrated")),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, 5, ("domain_failed", "failed")),
        (libvirt.VIR_DOMAIN_EVENT_SHUTDOWN, 1, ("domain_shutdown", "finished after guest request")),
        (libvirt.VIR_DOMAIN_EVENT_PMSUSPENDED, 1, ("domain_suspended", "disk")),
        (libvirt.VIR_DOMAIN_EVENT_CRASHED, 0, ("domain_crashed", "panicked")),
        (libvirt.VIR_DOMAIN_EVENT_STARTED, 77, ("domain_started", "detail 77")),
    ],
)
def test_lifecycle_events(event: int, detail: int, expected: tuple[str, str]) -> None:
    """Each lifecycle event has a kind of the wire; unknown details keep their number."""
    assert EventFacts(*expected) == lifecycle(event, detail)


def test_unknown_lifecycle_event_is_skipped() -> None:
    """An event that a newer libvirt invented is no error."""
    assert lifecycle(42, 0) is None


@pytest.mark.parametrize(
    ("name", "values", "kind", "detail", "attributes"),
    [
        ("REBOOT", (), "domain_rebooted", None, {}),
        ("WATCHDOG", (2,), "domain_watchdog", "reset", {}),
        (
            "IO_ERROR_REASON",
            ("/a.qcow2", "virtio-disk0", 1, "enospc"),
            "domain_io_error",
            "enospc",
            {"path": "/a.qcow2", "device": "virtio-disk0", "action": "pause"},
        ),
        ("BALLOON_CHANGE", (2048,), "domain_balloon_changed", None, {"memory_assigned_bytes": "2097152"}),
        ("AGENT_LIFECYCLE", (1, 2), "domain_agent_connected", "channel event", {}),
        ("AGENT_LIFECYCLE", (2, 1), "domain_agent_disconnected", "domain started", {}),
        ("DEVICE_ADDED", ("net1",), "domain_device_added", "net1", {}),
        ("MIGRATION_ITERATION", (3,), "domain_migration_iterated", None, {"iteration": "3"}),
        ("JOB_COMPLETED", ({"time_elapsed": 5},), "domain_job_completed", None, {"time_elapsed": "5"}),
        ("METADATA_CHANGE", (1, None), "domain_metadata_changed", "title", {}),
        (
            "MEMORY_FAILURE",
            (1, 2, 0),
            "domain_memory_failure",
            "fatal",
            {"recipient": "guest", "flags": "0"},
        ),
        ("WATCHDOG", (99,), "domain_watchdog", "99", {}),
    ],
)
def test_other_events(
    name: str, values: tuple[Any, ...], kind: str, detail: str | None, attributes: dict[str, str]
) -> None:
    """Events become kind, detail and attributes in words."""
    (subscription,) = [entry for entry in SUBSCRIPTIONS if entry.name == name]
    assert subscription.translate is not None
    assert EventFacts(kind, detail, attributes) == subscription.translate(*values)


def test_an_event_that_only_outdates_the_description_is_not_sent() -> None:
    """Such a subscription has no translation."""
    silent = {entry.name for entry in SUBSCRIPTIONS if entry.translate is None}

    assert {"DISK_CHANGE", "TUNABLE", "NIC_MAC_CHANGE"} == silent


def test_changes_of_a_definition_outdate_the_description() -> None:
    """Devices, metadata and tuning are read again when libvirt announces a change."""
    outdating = {entry.name for entry in SUBSCRIPTIONS if entry.outdates_description}
    assert {"DEVICE_ADDED", "DEVICE_REMOVED", "METADATA_CHANGE", "TUNABLE"} <= outdating
