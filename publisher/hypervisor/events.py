# SPDX-License-Identifier: Apache-2.0
"""The other events of libvirt as kinds, words and attributes: the written-out table of what is subscribed.

A translation takes what libvirt-python passes between the domain and the opaque value. Events that this
libvirt does not know, or that a newer one invented, are skipped.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from publisher.unsent_event import EventFacts


class Subscription(NamedTuple):
    """One event id of libvirt (the part after VIR_DOMAIN_EVENT_ID_) and what becomes of it.

    ``translate`` None: the event is not sent, it only outdates the domain's description. Names of devices may
    stand for others after it, where it ``changes_devices``.
    """

    name: str
    translate: Callable[..., EventFacts] | None
    outdates_description: bool = False
    changes_devices: bool = False


_WATCHDOG_ACTIONS = ("none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi")
_IO_ERROR_ACTIONS = ("none", "pause", "report")
_BLOCK_JOBS = ("unknown", "pull", "copy", "commit", "active commit", "backup")
_BLOCK_JOB_STATES = ("completed", "failed", "canceled", "ready")
_METADATA = ("description", "title", "element")
_MEMORY_RECIPIENTS = ("hypervisor", "guest")
_MEMORY_ACTIONS = ("ignore", "inject", "fatal", "reset")
_AGENT_STATES = {1: "domain_agent_connected", 2: "domain_agent_disconnected"}
_AGENT_REASONS = ("unknown", "domain started", "channel event")

_KIBIBYTE = 1024


def _word(words: tuple[str, ...], number: int) -> str:
    return words[number] if 0 <= number < len(words) else str(number)


def _io_error(path: str, alias: str, action: int, reason: str) -> EventFacts:
    attributes = {"path": path or "", "device": alias or "", "action": _word(_IO_ERROR_ACTIONS, action)}
    return EventFacts("domain_io_error", str(reason) or None, attributes)


def _block_job(disk: str, kind: int, status: int) -> EventFacts:
    attributes = {"device": disk, "job": _word(_BLOCK_JOBS, kind)}
    return EventFacts("domain_block_job_changed", _word(_BLOCK_JOB_STATES, status), attributes)


def _agent(state: int, reason: int) -> EventFacts:
    return EventFacts(_AGENT_STATES.get(state, "domain_agent_changed"), _word(_AGENT_REASONS, reason))


def _job_completed(parameters: dict[str, Any]) -> EventFacts:
    # Times, sizes and numbers of the job; libvirt-domain.h documents each.
    return EventFacts(
        "domain_job_completed", None, {str(key): str(value) for key, value in parameters.items()}
    )


def _metadata(kind: int, namespace: str | None) -> EventFacts:
    attributes = {"namespace": namespace} if namespace else {}
    return EventFacts("domain_metadata_changed", _word(_METADATA, kind), attributes)


def _memory_failure(recipient: int, action: int, flags: int) -> EventFacts:
    attributes = {"recipient": _word(_MEMORY_RECIPIENTS, recipient), "flags": str(flags)}
    return EventFacts("domain_memory_failure", _word(_MEMORY_ACTIONS, action), attributes)


SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("REBOOT", lambda: EventFacts("domain_rebooted")),
    Subscription("WATCHDOG", lambda action: EventFacts("domain_watchdog", _word(_WATCHDOG_ACTIONS, action))),
    Subscription("IO_ERROR_REASON", _io_error),
    Subscription("CONTROL_ERROR", lambda: EventFacts("domain_monitor_lost")),
    Subscription("DISK_CHANGE", None, outdates_description=True),
    Subscription(
        "BALLOON_CHANGE",
        lambda actual_kib: EventFacts(
            "domain_balloon_changed", None, {"memory_assigned_bytes": str(actual_kib * _KIBIBYTE)}
        ),
    ),
    Subscription(
        "DEVICE_ADDED",
        lambda alias: EventFacts("domain_device_added", alias),
        outdates_description=True,
        changes_devices=True,
    ),
    Subscription(
        "DEVICE_REMOVED",
        lambda alias: EventFacts("domain_device_removed", alias),
        outdates_description=True,
        changes_devices=True,
    ),
    Subscription("DEVICE_REMOVAL_FAILED", lambda alias: EventFacts("domain_device_removal_failed", alias)),
    Subscription("BLOCK_JOB_2", _block_job),
    Subscription("TUNABLE", None, outdates_description=True),
    Subscription("AGENT_LIFECYCLE", _agent),
    Subscription(
        "MIGRATION_ITERATION",
        lambda iteration: EventFacts("domain_migration_iterated", None, {"iteration": str(iteration)}),
    ),
    Subscription("JOB_COMPLETED", _job_completed),
    Subscription("METADATA_CHANGE", _metadata, outdates_description=True),
    Subscription("MEMORY_FAILURE", _memory_failure),
    Subscription(
        "MEMORY_DEVICE_SIZE_CHANGE",
        lambda alias, size_kib: EventFacts(
            "domain_memory_device_changed", alias, {"size_bytes": str(size_kib * _KIBIBYTE)}
        ),
    ),
    Subscription("NIC_MAC_CHANGE", None, outdates_description=True, changes_devices=True),
)
