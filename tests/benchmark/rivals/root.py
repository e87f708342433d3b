# SPDX-License-Identifier: Apache-2.0
"""The root folder with what people use instead of kvmgrid, from Debian; built by the lab's own code.

A folder of its own: demo and tests do without it, and the first ``make bench`` builds it.
"""

from deploy.lab.definition import RECIPE_VERSION, Definition
from deploy.lab.rootfs import RootFolder, root_folder
from tests.benchmark.terminal import say

DEFINITION = Definition(
    suite="trixie",
    packages=(
        "collectd-core",
        # What collectd's virt plugin loads; only recommended by its package.
        "libvirt0",
        "prometheus-libvirt-exporter",
        "prometheus-node-exporter",
        "victoria-metrics",
    ),
    guest_kernel_package=None,
    recipe_version=RECIPE_VERSION,
)


def rivals_root() -> RootFolder:
    """Return the folder, built first where the cache does not have it. Raises LabError."""
    return root_folder(DEFINITION, progress=lambda text: say(text.strip()))
