# SPDX-License-Identifier: Apache-2.0
"""Words for libvirt's numbers of domain states, as virsh prints them.

Numbers: virDomainState and the virDomain*Reason enumerations (libvirt-domain.h); words: virsh's
``domstate --reason`` (virsh-domain-monitor.c). Numbers that a newer libvirt adds stay readable as numbers.
"""

# Those that kvmgrid acts upon: states, and reasons of being paused.
RUNNING, PAUSED = 1, 3
MIGRATING, IO_ERROR, STARTING_UP, POST_COPY = 2, 5, 11, 12

STATE_NAMES: dict[int, str] = {
    0: "no state",
    1: "running",
    2: "idle",
    3: "paused",
    4: "in shutdown",
    5: "shut off",
    6: "crashed",
    7: "pmsuspended",
}

STATE_REASON_NAMES: dict[int, tuple[str, ...]] = {
    0: ("unknown",),
    1: (
        "unknown",
        "booted",
        "migrated",
        "restored",
        "from snapshot",
        "unpaused",
        "migration canceled",
        "save canceled",
        "event wakeup",
        "crashed",
        "post-copy",
        "post-copy failed",
    ),
    2: ("unknown",),
    3: (
        "unknown",
        "user",
        "migrating",
        "saving",
        "dumping",
        "I/O error",
        "watchdog",
        "from snapshot",
        "shutting down",
        "creating snapshot",
        "crashed",
        "starting up",
        "post-copy",
        "post-copy failed",
        "api error",
    ),
    4: ("unknown", "user"),
    5: (
        "unknown",
        "shutdown",
        "destroyed",
        "crashed",
        "migrated",
        "saved",
        "failed",
        "from snapshot",
        "daemon",
    ),
    6: ("unknown", "panicked"),
    7: ("unknown",),
}


def state_name(state: int) -> str:
    """Return virsh's word for a virDomainState, such as "shut off"."""
    return STATE_NAMES.get(state, f"state {state}")


def state_reason_name(state: int, reason: int) -> str:
    """Return virsh's words for the reason of a state, such as "I/O error"."""
    names = STATE_REASON_NAMES.get(state, ())
    return names[reason] if 0 <= reason < len(names) else f"reason {reason}"
