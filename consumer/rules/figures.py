# SPDX-License-Identifier: Apache-2.0
"""The figures that rules judge: stored ones, and some that are made of stored ones. Pure.

Each is a function of named values of one object. Fields of messages are columns of the database
(docs/decisions/0002): so the intake computes it of a message, and alerts of a row, by the same code.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from consumer.rules import computations
from consumer.rules.subjects import Subject, is_count, numbers
from publisher.wire.states import PAUSED


class RuleFigure(NamedTuple):
    """``compute`` takes the values of ``made_of``; what is not known is None, there and here.

    ``adds_up``: what a window has of it is the sum, of others the mean. ``zero_unless``: a part of it, and
    the value without which it is 0 or not known.
    """

    name: str
    made_of: tuple[str, ...]
    compute: Callable[..., float | None]
    unit: str = ""
    meaning: str = ""
    adds_up: bool = False
    zero_unless: tuple[str, object] | None = None


class UnknownFigure(Exception):  # noqa: N818 - names what is wrong with the rule
    """No such figure is stored of this subject, or made of those that are."""


def as_stored(value: float | None) -> float | None:
    """Return a figure that is stored as it is judged."""
    return value


def figure(subject: Subject, name: str) -> RuleFigure:
    """Return the figure of this name; raise UnknownFigure."""
    for each in MADE.get(subject, ()):
        if each.name == name:
            return each
    if name not in numbers(subject):
        raise UnknownFigure(name)
    return RuleFigure(name, (name,), as_stored, adds_up=is_count(subject, name))


def names(subject: Subject) -> frozenset[str]:
    """Return the names of all figures of a subject."""
    return numbers(subject) | {each.name for each in MADE.get(subject, ())}


MADE: Final[dict[Subject, tuple[RuleFigure, ...]]] = {
    "host": (
        RuleFigure(
            "memory_committed_ratio",
            (
                "memory_used_ratio",
                "memory_total_bytes",
                "memory_available_bytes",
                "hugepage_total_bytes",
                "zfs_reclaimable_bytes",
            ),
            computations.memory_committed_ratio,
            "0 to 1",
            # The kernel counts neither huge pages nor the ZFS cache as available.
            "memory that is used for good: without a pool of huge pages, full or not, and the ZFS cache",
        ),
        RuleFigure(
            "swapping_mebibytes_per_second",
            ("swap_in_bytes_per_second", "swap_out_bytes_per_second"),
            computations.swapping_mebibytes_per_second,
            "MiB per second",
            "swapped in and out",
        ),
        RuleFigure(
            "cpu_temperature_ratio",
            ("cpu_temperature_celsius", "cpu_temperature_limit_celsius"),
            computations.temperature_ratio,
            "0 to 1",
            "temperature of the CPU, of the sensor's own limit",
        ),
        RuleFigure(
            "libvirt_away",
            ("hypervisor_state",),
            computations.libvirt_away,
            "0 or 1",
            "the connection to libvirt is lost",
        ),
        RuleFigure(
            "silent_seconds",
            ("staleness_seconds", "tick_seconds"),
            computations.silent_seconds,
            "seconds",
            "age of the newest sample; 0 up to five ticks",
        ),
        RuleFigure(
            "clock_offset",
            ("clock_offset_seconds",),
            computations.clock_offset,
            "seconds",
            "how far its clock is ahead, negative if behind; 0 within 2 s",
        ),
        RuleFigure(
            "recently_booted",
            ("uptime_seconds",),
            computations.recently_booted,
            "0 or 1",
            "booted within the last half hour",
        ),
    ),
    "disk": (
        RuleFigure(
            "leaf_busy_ratio", ("busy_ratio", "leaf"), computations.of_leaf, "0 to 1", "busy_ratio of a leaf"
        ),
        RuleFigure(
            "leaf_latency_seconds",
            ("latency_seconds", "leaf"),
            computations.of_leaf,
            "seconds",
            "latency_seconds of a leaf",
        ),
        RuleFigure(
            "requests_per_second",
            ("read_requests_per_second", "write_requests_per_second"),
            computations.total,
            "requests per second",
            "reads and writes",
        ),
    ),
    "interface": (
        RuleFigure(
            "error_ratio",
            (
                "physical",
                "receive_packets_per_second",
                "transmit_packets_per_second",
                "receive_errors_per_second",
                "transmit_errors_per_second",
            ),
            computations.error_ratio,
            "0 to 1",
            "errors of a physical interface, of its packets",
        ),
    ),
    "filesystem": (
        RuleFigure(
            "used_ratio", ("total_bytes", "available_bytes"), computations.used_ratio, "0 to 1", "used"
        ),
    ),
    "domain": (
        RuleFigure(
            "running_steal_ratio",
            ("steal_ratio", "state"),
            computations.of_running,
            "0 to 1",
            "steal of a VM that runs",
        ),
        RuleFigure(
            "paused_on_error",
            ("state", "state_reason"),
            computations.paused_on_error,
            "0 or 1",
            "paused on an I/O error",
            zero_unless=("state", PAUSED),
        ),
        RuleFigure(
            "stuck",
            ("outcome", "state", "state_reason"),
            computations.stuck,
            "0 or 1",
            "libvirt or QEMU gives no answer, and it is not paused by a migration",
        ),
        RuleFigure(
            "off_in_spite_of_autostart",
            ("autostart", "state"),
            computations.off_in_spite_of_autostart,
            "0 or 1",
            "shut off or crashed, though it is to start with the host",
        ),
        RuleFigure(
            "guest_report_age_seconds",
            ("memory_age_seconds", "state"),
            computations.of_running,
            "seconds",
            "age of the guest's own memory figures, while it runs",
        ),
        RuleFigure(
            "swapping_mebibytes_per_second",
            ("swap_in_bytes_per_second", "swap_out_bytes_per_second"),
            computations.swapping_mebibytes_per_second,
            "MiB per second",
            "swapped in and out inside the guest",
        ),
        RuleFigure(
            "block_requests_per_second",
            ("block_read_requests_per_second", "block_write_requests_per_second"),
            computations.total,
            "requests per second",
            "reads and writes of all its disks",
        ),
    ),
}
