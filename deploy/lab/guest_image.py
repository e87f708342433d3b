# SPDX-License-Identifier: Apache-2.0
"""The guests' kernel and initial file system, packed from the root folder's own packages.

They are kept in the cache beside the root folder. Their key is their own: a change of the guests does not
rebuild the root folder.
"""

from __future__ import annotations

import hashlib
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from deploy.lab.definition import KEY_LENGTH
from deploy.lab.enclosure import Enclosure, Plan
from deploy.lab.readiness import wait_until
from deploy.lab.rootfs import build_lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.lab.rootfs import RootFolder

MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "virtio_balloon", "virtio_console")
# Where the image appears inside the root folder.
INSIDE = Path("/run/guest")
READY_WORDS = "guest: ready"
# A guest boots in about a second under KVM; one whose processor only spins never does.
PROBE_SECONDS = 8.0
BUILD_TIMEOUT_SECONDS = 300.0


class GuestImage(NamedTuple):
    """A complete guest image: the folder holds vmlinuz and initramfs.gz."""

    path: Path


def guest_image(root: RootFolder, *, progress: Callable[[str], None] | None = None) -> GuestImage:
    """The guest image of a root folder, packed first when the cache does not have it (seconds)."""
    script = Path(__file__).with_name("guest_image.sh")
    init = Path(__file__).with_name("guest_init.sh")
    recipe = "\0".join((root.path.name, script.read_text(), init.read_text(), *MODULES))
    key = hashlib.sha256(recipe.encode()).hexdigest()[:KEY_LENGTH]
    final = root.path.with_name(f"guest-{key}")
    if final.is_dir():
        return GuestImage(final)
    with build_lock(root.path.parent / "build.lock", progress):
        if final.is_dir():
            return GuestImage(final)
        work = final.with_name(f"{final.name}.building")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            shutil.copyfile(script, work / "make")
            shutil.copyfile(init, work / "init")
            with Enclosure(Plan(root=root.path, binds=((work, INSIDE),)), log=work / "log") as enclosure:
                enclosure.run(
                    ["sh", str(INSIDE / "make"), str(INSIDE), *MODULES],
                    log=INSIDE / "log",
                    timeout_seconds=BUILD_TIMEOUT_SECONDS,
                )
            work.rename(final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return GuestImage(final)


def kvm_runs_guests(root: RootFolder, image: GuestImage) -> bool:
    """Whether a guest really boots with KVM here: /dev/kvm may open and the guest's kernel still only spin.

    Tried once per boot of this machine, with a deadline; the answer is kept in the image's folder.
    """
    if not Path("/dev/kvm").exists():
        return False
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = image.path / f"kvm-{boot_id}"
    if not answer.exists():
        answer.write_text("yes" if probe_kvm(root, image) else "no")
    return answer.read_text() == "yes"


def probe_kvm(root: RootFolder, image: GuestImage) -> bool:
    """Boot a guest with KVM and wait for its last start message."""
    arguments = [
        "qemu-system-x86_64", "-accel", "kvm", "-cpu", "host", "-m", "128", "-nodefaults", "-display", "none",
        "-no-reboot", "-serial", f"file:{INSIDE}/probe.log",
        "-kernel", f"{INSIDE}/vmlinuz", "-initrd", f"{INSIDE}/initramfs.gz",
        "-append", "console=ttyS0 quiet panic=-1 rootfstype=ramfs",
    ]  # fmt: skip
    console = image.path / "probe.log"
    console.write_text("")
    with Enclosure(Plan(root=root.path, binds=((image.path, INSIDE),)), log=image.path / "log") as enclosure:
        member = enclosure.spawn(arguments, log=INSIDE / "log")

        def outcome() -> bool | None:
            if READY_WORDS in console.read_text(errors="replace"):
                return True
            return None if member.process.is_alive() else False

        booted: list[bool] = []

        def decided() -> bool:
            answer = outcome()
            if answer is not None:
                booted.append(answer)
            return answer is not None

        wait_until(decided, timeout_seconds=PROBE_SECONDS)
        member.process.send_signal(signal.SIGKILL)
    return booted == [True]
