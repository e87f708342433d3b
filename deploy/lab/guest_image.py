# SPDX-License-Identifier: Apache-2.0
"""The guests' kernel and initial file system, made from the root folder's own packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "virtio_balloon")


def init_text() -> str:
    """The guest's init script."""
    return Path(__file__).with_name("guest_init.sh").read_text()


def build_guest_image(root: Path, run_inside: Callable[..., None]) -> None:
    """Make /opt/guest/vmlinuz and /opt/guest/initramfs.gz in a root folder whose /opt/guest/kernel holds the unpacked kernel."""
    (root / "opt/guest/make").write_text(Path(__file__).with_name("guest_image.sh").read_text())
    (root / "opt/guest/init").write_text(init_text())
    run_inside("sh", "/opt/guest/make", *MODULES)
