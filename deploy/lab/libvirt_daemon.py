# SPDX-License-Identifier: Apache-2.0
"""A private libvirt (monolithic libvirtd as root) with QEMU, in a process and network namespace of its own.

Guests end with the instance. `stop_daemon` and `start_daemon` act on libvirtd alone. Its guests keep running,
and the next libvirtd finds them, as on a host where libvirt is upgraded. Domain definitions live in the
instance's directory and survive restarts. Clients on this machine use `uri_read_only` or `uri`.
"""

from __future__ import annotations

import shutil
import socket
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import libvirt

from deploy.lab.errors import NotRunningError, StopError
from deploy.lab.guest_image import INSIDE, guest_image, kvm_runs_guests
from deploy.lab.instance import Command, Instance
from deploy.lab.tap import TAP_SCRIPT, TAP_SCRIPT_TEXT

if TYPE_CHECKING:
    import signal as signals
    from collections.abc import Sequence

    from deploy.lab.enclosure import Enclosure
    from deploy.lab.process import Process
    from deploy.lab.rootfs import RootFolder

DAEMON_CONFIGURATION = """\
unix_sock_dir = "{run}"
unix_sock_ro_perms = "0777"
unix_sock_rw_perms = "0700"
unix_sock_admin_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
listen_tls = 0
listen_tcp = 0
host_uuid = "{host_uuid}"
log_level = 3
log_outputs = "3:stderr"
"""
# No control groups, no mount namespace per guest, no security labels and no virtlogd: root alone uses this
# libvirt.
QEMU_CONFIGURATION = """\
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
cgroup_controllers = []
namespaces = []
security_driver = "none"
stdio_handler = "file"
"""
# The root folder's own loader: its libraries need a newer C library than this machine may have.
VIRSH_TEXT = """\
#!/bin/sh
root='{root}'
exec "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" \\
    "$root/usr/bin/virsh" -c '{uri}' "$@"
"""
# Where libvirt keeps things; each becomes a folder of the instance.
STATE_FOLDERS = {
    "etc": "/etc/libvirt",
    "lib": "/var/lib/libvirt",
    "cache": "/var/cache/libvirt",
    "log": "/var/log/libvirt",
}


class LibvirtDaemon(Instance):
    """A libvirtd of its own."""

    NAME = "libvirt"
    DATA = "libvirt"
    PRIVATE_NETWORK = True

    def __init__(self, *, directory: Path | None = None, root: RootFolder | None = None) -> None:
        super().__init__(directory=directory, root=root)
        self.run_directory = self.directory / "run"
        self._state = self.directory / self.DATA
        self._image = guest_image(self.root)
        self.domain_type = "kvm" if kvm_runs_guests(self.root, self._image) else "qemu"

    def _choose_ports(self) -> None:
        """Nothing: libvirt listens on sockets in its directory only."""

    def _binds(self) -> Sequence[tuple[Path, Path]]:
        script = self.directory / "tap" / TAP_SCRIPT.name
        script.parent.mkdir(exist_ok=True)
        script.write_text(TAP_SCRIPT_TEXT)
        script.chmod(0o755)
        for name, inside in STATE_FOLDERS.items():
            if not (self._state / name).exists():
                original = self.root.path / inside.lstrip("/")
                shutil.copytree(original, self._state / name)
        folders = [(self._state / name, Path(inside)) for name, inside in STATE_FOLDERS.items()]
        return [*folders, (self._image.path, INSIDE), (self.directory / "tap", TAP_SCRIPT.parent)]

    def _prepare(self, enclosure: Enclosure) -> None:  # noqa: ARG002 - nothing has to run inside
        self.run_directory.mkdir(exist_ok=True)
        (self.directory / "guests").mkdir(exist_ok=True)
        self.channels.mkdir(mode=0o700, exist_ok=True)
        host_uuid = uuid.uuid5(uuid.NAMESPACE_URL, str(self.directory))
        text = DAEMON_CONFIGURATION.format(run=self.run_directory, host_uuid=host_uuid)
        (self._state / "etc/libvirtd.conf").write_text(text)
        (self._state / "etc/qemu.conf").write_text(QEMU_CONFIGURATION)
        self.virsh.write_text(VIRSH_TEXT.format(root=self.root.path, uri=self.uri))
        self.virsh.chmod(0o700)

    def _command(self) -> Command:
        return Command(arguments=["/usr/sbin/libvirtd", "--config", "/etc/libvirt/libvirtd.conf"])

    def _is_ready(self) -> bool:
        # The socket first: libvirt's client prints an error to the terminal for every refused attempt.
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.run_directory / "libvirt-sock-ro"))
            except OSError:
                return False
        try:
            libvirt.openReadOnly(self.uri_read_only).close()
        except libvirt.libvirtError:
            return False
        return True

    @property
    def uri_read_only(self) -> str:
        """Connection URI for monitoring."""
        return f"qemu+unix:///system?socket={self.run_directory}/libvirt-sock-ro"

    @property
    def uri(self) -> str:
        """Connection URI for changes; root only."""
        return f"qemu+unix:///system?socket={self.run_directory}/libvirt-sock"

    @property
    def channels(self) -> Path:
        """Where each guest has a socket that tells it what load to run, under the guest's name; root only."""
        return self.directory / "load"

    @property
    def virsh(self) -> Path:
        """The root folder's virsh as a command on this machine, connected to `uri`."""
        return self.directory / "virsh"

    @property
    def daemon(self) -> Process:
        """The process of libvirtd. Raises NotRunningError."""
        if self._service is None or not self.is_running:
            raise NotRunningError("libvirtd is not running")
        return self._service.process

    def stop_daemon(self, number: signals.Signals = Instance.STOP_SIGNAL) -> None:
        """End libvirtd and leave its guests running. Raises StopError."""
        daemon = self.daemon
        daemon.send_signal(number)
        if not daemon.wait(self.STOP_TIMEOUT_SECONDS):
            raise StopError("libvirtd did not stop")

    def start_daemon(self) -> None:
        """Start libvirtd again beside the guests that still run. Raises StartError."""
        if not self.is_running:
            self._start_service()
