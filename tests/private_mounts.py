# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.private_mounts COMMAND…``: the command in a mount namespace of its own.

As ``unshare --mount``, which ends with an error where the caller stands in a plain chroot.
"""

import ctypes
import os
import sys

from deploy.lab.enclosure_init import CLONE_NEWNS, LIBC, checked, make_mounts_private


def main() -> None:
    """Leave the caller's mounts and become the command."""
    checked(LIBC.unshare(ctypes.c_int(CLONE_NEWNS)), "unshare")
    folder = os.getcwd()  # noqa: PTH109 - the new root has one of its own
    make_mounts_private()
    os.chdir(folder)
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the caller's own words


if __name__ == "__main__":
    main()
