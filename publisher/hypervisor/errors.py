# SPDX-License-Identifier: Apache-2.0
"""What libvirt can answer instead of a figure. A leaf's docstring is its default message."""

from publisher.errors import PublisherError


class HypervisorError(PublisherError):
    """libvirt could not answer."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class LibvirtMissingError(HypervisorError):
    """libvirt's Python module is not installed: install python3-libvirt or kvmgrid[libvirt]."""


class ConnectionLostError(HypervisorError):
    """The connection to libvirt is gone or could not be made; another one may be opened."""


class DomainGoneError(HypervisorError):
    """The domain does not exist or does not run any more (libvirt errors 42 and 55): a normal race."""


class DomainBusyError(HypervisorError):
    """Another call has held the domain for too long (libvirt error 68)."""
