# SPDX-License-Identifier: Apache-2.0
"""Ports of lab services are free and cannot be taken by outgoing connections."""

import socket
from pathlib import Path

from deploy.lab.ports import ephemeral_start, free_ports


def test_ports_are_different_free_and_below_the_ephemeral_range() -> None:
    """Every port can be bound, and the kernel would not give it to an outgoing connection."""
    ports = free_ports(8)

    assert 8 == len(set(ports))
    assert max(ports) < ephemeral_start()
    for port in ports:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))


def test_the_ephemeral_range_is_the_kernel_s(tmp_path: Path) -> None:
    """The start of the range is read from procfs, with the kernel's default where there is none."""
    path = tmp_path / "proc/sys/net/ipv4/ip_local_port_range"
    path.parent.mkdir(parents=True)
    path.write_text("20000\t60999\n")

    assert 20000 == ephemeral_start(tmp_path)
    assert 32768 == ephemeral_start(tmp_path / "nowhere")
