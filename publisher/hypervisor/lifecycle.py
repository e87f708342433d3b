# SPDX-License-Identifier: Apache-2.0
"""libvirt's lifecycle events as kinds and words. Pure.

Numbers: virDomainEventType and its details (libvirt-domain.h); words: as ``virsh event --all`` prints
them, in lower case.
"""

from publisher.unsent_event import EventFacts

DEFINED, UNDEFINED, STARTED, SUSPENDED, RESUMED, STOPPED, SHUTDOWN, PMSUSPENDED, CRASHED = range(9)
RENAMED = {DEFINED: 2, UNDEFINED: 1}

_KINDS = {
    DEFINED: "domain_defined",
    UNDEFINED: "domain_undefined",
    STARTED: "domain_started",
    SUSPENDED: "domain_paused",
    RESUMED: "domain_resumed",
    STOPPED: "domain_stopped",
    SHUTDOWN: "domain_shutdown",
    PMSUSPENDED: "domain_suspended",
    CRASHED: "domain_crashed",
}

# Details that an operator looks for under a name of their own.
_SPECIAL_KINDS = {
    (DEFINED, 2): "domain_renamed",
    (STARTED, 1): "domain_migration_arrived",
    (STOPPED, 2): "domain_crashed",
    (STOPPED, 3): "domain_migration_departed",
    (STOPPED, 5): "domain_failed",
}

_DETAILS: dict[int, tuple[str, ...]] = {
    DEFINED: ("added", "updated", "renamed", "snapshot"),
    UNDEFINED: ("removed", "renamed"),
    STARTED: ("booted", "migrated", "restored", "snapshot", "event wakeup", "recovered"),
    SUSPENDED: (
        "paused",
        "migrated",
        "I/O error",
        "watchdog",
        "restored",
        "snapshot",
        "API error",
        "post-copy",
        "post-copy error",
    ),
    RESUMED: ("unpaused", "migrated", "snapshot", "post-copy", "post-copy failed"),
    STOPPED: ("shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "snapshot", "recreated"),
    SHUTDOWN: ("finished", "finished after guest request", "finished after host request"),
    PMSUSPENDED: ("memory", "disk"),
    CRASHED: ("panicked", "crashloaded"),
}


def lifecycle(event: int, detail: int) -> EventFacts | None:
    """Return kind and words of a lifecycle event; None for an event that a newer libvirt invented."""
    kind = _SPECIAL_KINDS.get((event, detail)) or _KINDS.get(event)
    if kind is None:
        return None
    words = _DETAILS[event]
    return EventFacts(kind, words[detail] if 0 <= detail < len(words) else f"detail {detail}")
