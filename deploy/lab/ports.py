# SPDX-License-Identifier: Apache-2.0
"""Free loopback ports below the kernel's ephemeral range.

Any outgoing connection may take a port of the ephemeral range while its service is stopped for a moment. A
client that keeps reconnecting to it may even connect to itself. Both would break "restart on the same port".
"""

from __future__ import annotations

import random
import socket
from pathlib import Path

from deploy.lab.errors import LabError

LOWEST_PORT = 10240
ATTEMPTS = 200
DEFAULT_EPHEMERAL_START = 32768


def ephemeral_start(root: Path = Path("/")) -> int:
    """First port of the kernel's ephemeral range (ip_local_port_range, ip-sysctl)."""
    try:
        return int((root / "proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        return DEFAULT_EPHEMERAL_START


def free_ports(count: int) -> list[int]:
    """Different loopback ports on which nothing listens. Another program may take one before it is used."""
    first_above = max(ephemeral_start(), LOWEST_PORT + 1000)
    generator = random.SystemRandom()
    held: list[socket.socket] = []
    try:
        for _ in range(ATTEMPTS):
            if len(held) == count:
                break
            probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                # Without SO_REUSEADDR, so that a port in TIME_WAIT counts as taken too.
                probe.bind(("127.0.0.1", generator.randrange(LOWEST_PORT, first_above)))
            except OSError:
                probe.close()
            else:
                held.append(probe)
        if len(held) < count:
            raise LabError(f"found no {count} free loopback ports in {ATTEMPTS} attempts")
        return [probe.getsockname()[1] for probe in held]
    finally:
        for probe in held:
            probe.close()
