# SPDX-License-Identifier: Apache-2.0
"""The lab's guests: small virtual machines with a load of their own, defined through libvirt.

A load is "idle", or kinds and amounts joined by commas, see guest_init.sh:

- "cpu:30": percent of each virtual processor. Only a guest that begins with one, be it "cpu:0", can be told
  another.
- "memory:48": MiB held.
- "disk:4": writes of 64 KiB a second, each read back.
- "network:1": seconds between two echo requests.

The socket of a guest's name in `LibvirtDaemon.channels` changes the load while the guest runs.

Every method of Guests raises GuestError when libvirt refuses.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self
from xml.sax.saxutils import escape, quoteattr

import libvirt

from deploy.lab.errors import GuestError
from deploy.lab.guest_image import INSIDE, READY_WORDS
from deploy.lab.process import find_process, inner_pid
from deploy.lab.readiness import log_tail, wait_until
from deploy.lab.tap import NETWORK_PREFIX, TAP_PREFIX, TAP_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.lab.libvirt_daemon import LibvirtDaemon
    from deploy.lab.process import Process

MEBIBYTE = 1024**2
BOOT_TIMEOUT_SECONDS = 90.0
BALLOON_PERIOD_SECONDS = 5
# The name of the virtio-serial port inside a guest.
LOAD_PORT = "kvmgrid.load"


class Guest(NamedTuple):
    """What a guest is."""

    name: str
    load: str = "idle"
    vcpu_count: int = 1
    memory_bytes: int = 96 * MEBIBYTE
    disk_bytes: int = 64 * MEBIBYTE
    title: str | None = None
    # Number of the guest's own network, 1 to 254; None for a guest without interface.
    network: int | None = None
    # Whether it can be told another load while it runs.
    has_channel: bool = True

    @property
    def uuid(self) -> str:
        """The same name has the same UUID in every lab."""
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.name}.lab.kvmgrid"))


# Sized so that three emulated guests leave room for everything else on two cores.
DEFAULT_GUESTS = (
    Guest(
        name="web-1", title="Web front end", load="cpu:30,network:1", memory_bytes=160 * MEBIBYTE, network=1
    ),
    Guest(
        name="database-1",
        title="Database",
        load="memory:48,disk:8",
        vcpu_count=2,
        memory_bytes=160 * MEBIBYTE,
        network=2,
    ),
    Guest(name="idle-1", title="Spare", network=3),
)


def domain_xml(guest: Guest, folder: Path, *, channels: Path, domain_type: str = "qemu") -> str:
    """Describe to libvirt a guest with disk and console in `folder` and its load's socket in `channels`."""
    archive = "initramfs-stress.gz" if "cpu:" in guest.load else "initramfs.gz"
    # ramfs: the unpacked archive may take more than the half of memory that tmpfs would allow.
    words = ["console=ttyS0", "quiet", "panic=-1", "rootfstype=ramfs", f"kvmgrid.load={guest.load}"]
    interface = ""
    if guest.network is not None:
        near, far = f"{NETWORK_PREFIX}.{guest.network}.1", f"{NETWORK_PREFIX}.{guest.network}.2"
        words += [f"kvmgrid.address={far}/24", f"kvmgrid.peer={near}"]
        interface = f"""
    <interface type='ethernet'>
      <mac address='52:54:00:4b:00:{guest.network:02x}'/>
      <script path='{TAP_SCRIPT}'/>
      <target dev='{TAP_PREFIX}{guest.network}'/>
      <model type='virtio'/>
    </interface>"""
    channel = ""
    if guest.has_channel:
        channel = f"""
    <channel type='unix'>
      <source mode='bind' path={quoteattr(str(channels / guest.name))}/>
      <target type='virtio' name='{LOAD_PORT}'/>
    </channel>"""
    title = f"\n  <title>{escape(guest.title)}</title>" if guest.title else ""
    return f"""\
<domain type='{domain_type}'>
  <name>{escape(guest.name)}</name>
  <uuid>{guest.uuid}</uuid>{title}
  <memory unit='b'>{guest.memory_bytes}</memory>
  <vcpu>{guest.vcpu_count}</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{INSIDE}/vmlinuz</kernel>
    <initrd>{INSIDE}/{archive}</initrd>
    <cmdline>{escape(" ".join(words))}</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file={quoteattr(str(folder / f"{guest.uuid}.qcow2"))}/>
      <target dev='vda' bus='virtio'/>
    </disk>{interface}{channel}
    <serial type='file'><source path={quoteattr(str(folder / f"{guest.uuid}.console"))}/></serial>
    <controller type='usb' model='none'/>
    <video><model type='none'/></video>
    <memballoon model='virtio'><stats period='{BALLOON_PERIOD_SECONDS}'/></memballoon>
  </devices>
</domain>
"""


@contextlib.contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn libvirt's errors into GuestError."""
    try:
        yield
    except libvirt.libvirtError as error:
        raise GuestError(f"cannot {action}: {error}") from error


class Guests:
    """The guests of one libvirt; close it or use it as a context manager."""

    def __init__(self, daemon: LibvirtDaemon) -> None:
        self._daemon = daemon
        self._folder = daemon.directory / "guests"
        with translated("connect to libvirt"):
            self._connection = libvirt.open(daemon.uri)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the guests go on."""
        with contextlib.suppress(libvirt.libvirtError):
            self._connection.close()

    def _domain(self, name: str) -> libvirt.virDomain:
        with translated(f"find {name}"):
            return self._connection.lookupByName(name)

    def define(self, *guests: Guest) -> None:
        """Make the disks of guests and define them, without starting them."""
        # A guest's interface is a tap device; without the tun driver it has none and all else works.
        has_tap = Path("/dev/net/tun").exists()
        for wanted in guests:
            guest = wanted if has_tap else wanted._replace(network=None)
            disk = self._folder / f"{guest.uuid}.qcow2"
            if not disk.exists():
                shutil.copyfile(self._blank_disk(guest.disk_bytes), disk)
            with translated(f"define {guest.name}"):
                self._connection.defineXML(
                    domain_xml(
                        guest,
                        self._folder,
                        channels=self._daemon.channels,
                        domain_type=self._daemon.domain_type,
                    )
                )

    def _blank_disk(self, size_bytes: int) -> Path:
        # An empty qcow2 file is 200 kB whatever its size; one is made and copied for every guest.
        blank = self._folder / f"blank-{size_bytes}.qcow2"
        if not blank.exists():
            arguments = ["qemu-img", "create", "-q", "-f", "qcow2", str(blank), str(size_bytes)]
            self._daemon.enclosure.run(arguments, log=self._daemon.log_path)
        return blank

    def define_many(self, count: int, *, prefix: str = "cost") -> list[str]:
        """Define and start many guests of the least size that boots, paused before their first instruction.

        A paused guest costs no processor time and little memory: QEMU's own 40 MB or so.
        """
        guests = [
            Guest(name=f"{prefix}-{number:03d}", disk_bytes=MEBIBYTE, has_channel=False)
            for number in range(1, count + 1)
        ]
        self.define(*guests)
        for guest in guests:
            self.start(guest.name, paused=True)
        return [guest.name for guest in guests]

    def start(self, name: str, *, paused: bool = False) -> None:
        """Start a guest; returns when QEMU runs, see wait_booted for the guest itself."""
        with translated(f"start {name}"):
            self._domain(name).createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED if paused else 0)

    def console(self, name: str) -> Path:
        """What the guest writes to its serial port."""
        return self._folder / f"{self._domain(name).UUIDString()}.console"

    def wait_booted(self, name: str, *, timeout_seconds: float = BOOT_TIMEOUT_SECONDS) -> None:
        """Wait until the guest's init says that its load runs. Raises GuestError with the console's end."""
        console = self.console(name)
        if not wait_until(lambda: READY_WORDS in log_tail(console), timeout_seconds=timeout_seconds):
            raise GuestError(
                f"{name} did not boot within {timeout_seconds:g} s; its console:\n{log_tail(console)}"
            )

    def pause(self, name: str) -> None:
        """Pause the guest's processors; libvirt reports it as paused by the user."""
        with translated(f"pause {name}"):
            self._domain(name).suspend()

    def resume(self, name: str) -> None:
        """Undo pause."""
        with translated(f"resume {name}"):
            self._domain(name).resume()

    def destroy(self, name: str) -> None:
        """Pull the guest's plug through libvirt."""
        with translated(f"destroy {name}"):
            self._domain(name).destroy()

    def rename(self, name: str, new_name: str) -> None:
        """Rename a stopped guest."""
        with translated(f"rename {name}"):
            self._domain(name).rename(new_name)

    def undefine(self, name: str) -> None:
        """Forget a guest and remove its disk and console; a running one is destroyed first."""
        domain = self._domain(name)
        with translated(f"undefine {name}"):
            identity = domain.UUIDString()
            if domain.isActive():
                domain.destroy()
            domain.undefine()
        for suffix in ("qcow2", "console"):
            (self._folder / f"{identity}.{suffix}").unlink(missing_ok=True)

    def names(self) -> list[str]:
        """All defined guests, running or not."""
        with translated("list guests"):
            return sorted(domain.name() for domain in self._connection.listAllDomains())

    def process(self, name: str) -> Process:
        """The guest's QEMU as a process of this machine. Raises GuestError when it does not run."""
        # libvirt writes QEMU's number inside the namespace to a file (virPidFile).
        pid_file = Path(f"/proc/{self._daemon.enclosure.init.pid}/root/run/libvirt/qemu/{name}.pid")
        try:
            inside = int(pid_file.read_text())
        except OSError as error:
            raise GuestError(f"{name} is not running") from error
        for candidate in self._daemon.enclosure.processes():
            if inner_pid(candidate.pid) == inside and (process := find_process(candidate.pid)):
                return process
        raise GuestError(f"{name} has no process")

    def guest_pid(self, name: str) -> int:
        """Process id on this machine of the guest's QEMU."""
        return self.process(name).pid

    def freeze(self, name: str) -> None:
        """Stop a guest's QEMU (SIGSTOP): libvirt calls on this guest hang from now on."""
        self.process(name).send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Undo freeze."""
        self.process(name).send_signal(signal.SIGCONT)

    def kill(self, name: str) -> None:
        """Kill a guest's QEMU (SIGKILL), as the kernel does when memory is short."""
        self.process(name).send_signal(signal.SIGKILL)
