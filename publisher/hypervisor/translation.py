# SPDX-License-Identifier: Apache-2.0
"""libvirt's errors become ours. Error numbers: libvirt's API reference."""

from types import TracebackType
from typing import Any

from publisher.hypervisor.errors import (
    ConnectionLostError,
    DomainBusyError,
    DomainGoneError,
    HypervisorError,
)


class translated:  # noqa: N801 - reads as a clause: `with translated(libvirt):`
    """Errors of libvirt inside become HypervisorError. A class, because a tick passes it once per domain."""

    __slots__ = ("_libvirt",)

    def __init__(self, libvirt: Any) -> None:
        self._libvirt = libvirt

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Raise libvirt's error as one of ours."""
        if kind is not None and issubclass(kind, self._libvirt.libvirtError):
            raise _translation(self._libvirt, error) from error


def _translation(libvirt: Any, error: Any) -> HypervisorError:
    """Return our error for libvirt's; those that mean "reconnect" are vdsm's list (libvirtconnection.py)."""
    code, origin, text = error.get_error_code(), error.get_error_domain(), str(error)
    lost = (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_SYSTEM_ERROR)
    if origin == libvirt.VIR_FROM_REMOTE or (origin == libvirt.VIR_FROM_RPC and code in lost):
        return ConnectionLostError(text)
    if code in (libvirt.VIR_ERR_NO_CONNECT, libvirt.VIR_ERR_INVALID_CONN):
        return ConnectionLostError(text)
    if code in (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_OPERATION_INVALID):
        return DomainGoneError(text)
    if code == libvirt.VIR_ERR_OPERATION_TIMEOUT:
        return DomainBusyError(text)
    return HypervisorError(text)
