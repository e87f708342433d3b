# SPDX-License-Identifier: Apache-2.0
"""Whether a host has libvirt at all."""

from pathlib import Path

import pytest

from publisher.hypervisor.presence import absence


def test_bare_host_has_no_libvirt(tmp_path: Path) -> None:
    """No socket and no daemon: a host without VMs, and the reason says so."""
    assert "this host has no libvirt: no daemon is installed and no socket is in /run/libvirt" == absence(
        None, tmp_path
    )


@pytest.mark.parametrize(
    "path", ["run/libvirt/libvirt-sock-ro", "run/libvirt/virtqemud-sock-ro", "usr/sbin/virtqemud"]
)
def test_any_trace_of_libvirt_counts(tmp_path: Path, path: str) -> None:
    """A socket, or a daemon that merely does not run: its VMs are unknown, not gone."""
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).touch()
    assert absence(None, tmp_path) is None


def test_configured_uri_counts(tmp_path: Path) -> None:
    """Whoever names a URI expects VMs there."""
    assert absence("qemu:///system", tmp_path) is None
