# SPDX-License-Identifier: Apache-2.0
"""The publisher's ceiling: a process that puts its questions to libvirt, at its cadence, and nothing more.

``python -m tests.benchmark.publisher_client URI INTERVAL FIRST [FILE...]``: a round every INTERVAL seconds
from FIRST (CLOCK_MONOTONIC) on, until it is ended. The files are read in each of them too. The questions are
those of publisher.hypervisor.connection on a healthy host; the answers become Python objects, which are
dropped. A line for each round: the domains in each answer. Nothing else is imported, as its CPU time is what
the publisher's is compared with.
"""

import os
import sys
import time

import libvirt

PIECE_BYTES = 16_384


def questions(connection: libvirt.virConnect) -> tuple[int, int]:
    """Put one tick's questions; return how many domains the first and the second tier were told of."""
    overview = connection.getAllDomainStats(
        libvirt.VIR_DOMAIN_STATS_STATE | libvirt.VIR_DOMAIN_STATS_INTERFACE, 0
    )
    for domain, _record in overview:
        domain.info()
    details = connection.getAllDomainStats(
        libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
        | libvirt.VIR_DOMAIN_STATS_BALLOON
        | libvirt.VIR_DOMAIN_STATS_VCPU
        | libvirt.VIR_DOMAIN_STATS_BLOCK,
        libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT,
    )
    # A group that libvirt left out would make the round cheaper than the publisher's.
    complete = [record for _domain, record in details if "balloon.rss" in record and "cpu.time" in record]
    return len(overview), len(complete)


def read_whole(descriptor: int) -> int:
    """Read a file of /proc; return its size."""
    size = 0
    while piece := os.pread(descriptor, PIECE_BYTES, size):
        size += len(piece)
    return size


def main() -> None:
    """Ask until the process is ended."""
    uri, interval_seconds, due_seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    connection = libvirt.openReadOnly(uri)
    # Kept open: reading again from the start gives fresh content, and saves the path walk.
    descriptors = [os.open(path, os.O_RDONLY) for path in sys.argv[4:]]
    while True:
        time.sleep(max(0.0, due_seconds - time.monotonic()))
        known, complete = questions(connection)
        for descriptor in descriptors:
            read_whole(descriptor)
        sys.stdout.write(f"{due_seconds:.3f} {known} {complete}\n")
        sys.stdout.flush()
        due_seconds += interval_seconds


if __name__ == "__main__":
    main()
