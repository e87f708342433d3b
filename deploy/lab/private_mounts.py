# SPDX-License-Identifier: Apache-2.0
"""A mount namespace of one's own, also where the caller stands in a plain chroot."""

# In a chroot "/" is no mount point and cannot be made private: unshare(1) and bubblewrap end there with an
# error. Joining one's own mount namespace moves nsenter(1) to that namespace's real root (setns(2)), where
# mount(8) can do it. The command itself keeps the caller's root, so its paths mean what they meant before.
PRIVATE_MOUNTS = (
    *("unshare", "--mount", "--propagation", "unchanged"),
    *("sh", "-c", 'nsenter --mount=/proc/self/ns/mnt mount --make-rprivate / && exec "$@"', "sh"),
)
