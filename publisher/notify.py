# SPDX-License-Identifier: Apache-2.0
"""Word to systemd (sd_notify(3)): ready, stopping, still alive. Without systemd, nothing."""

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Send a state such as ``READY=1`` to the socket named by NOTIFY_SOCKET, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # An abstract socket is written with "@" and addressed with NUL.
    target = "\0" + address[1:] if address.startswith("@") else address
    # A service manager that does not listen must not hurt the service.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(state.encode(), target)
