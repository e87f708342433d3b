# SPDX-License-Identifier: Apache-2.0
"""What the lab's root folder consists of; another definition is another folder in the cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

KEY_LENGTH = 12


class Definition(NamedTuple):
    """Everything that decides about the content of a root folder."""

    suite: str
    packages: tuple[str, ...]
    # Fetched and unpacked, not installed: the guests boot it, the root folder needs no kernel and no
    # initramfs tools. None for a folder that no guest boots from.
    guest_kernel_package: str | None
    recipe_version: int

    @property
    def key(self) -> str:
        """Name of the root folder in the cache."""
        return f"{self.suite}-{hashlib.sha256(repr(tuple(self)).encode()).hexdigest()[:KEY_LENGTH]}"


# The smallest sets that give the services: libvirt-daemon-system would add a network, storage and systemd
# units of its own.
PACKAGES = (
    "busybox-static",
    "ca-certificates",
    "cpio",
    "iproute2",
    "kmod",
    "libvirt-clients",
    "libvirt-daemon",
    "libvirt-daemon-driver-qemu",
    "postgresql-17-timescaledb",
    "prometheus-alertmanager",
    "qemu-system-x86",
    "qemu-utils",
    "rabbitmq-server",
    "stress-ng",
    "xz-utils",
)
# Raise it when the steps of rootfs.py change what they produce.
RECIPE_VERSION = 1


DEFINITION = Definition(
    suite="trixie",
    packages=PACKAGES,
    guest_kernel_package="linux-image-cloud-amd64",
    recipe_version=RECIPE_VERSION,
)


def cache_directory() -> Path:
    """`${KVMGRID_CACHE:-${XDG_CACHE_HOME:-~/.cache}/kvmgrid}/lab`, outside the checkout."""
    if own := os.environ.get("KVMGRID_CACHE"):
        return Path(own).absolute() / "lab"
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home).absolute() if home else Path.home() / ".cache") / "kvmgrid" / "lab"
