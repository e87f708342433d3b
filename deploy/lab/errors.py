# SPDX-License-Identifier: Apache-2.0
"""Errors of the lab. A leaf's docstring is its default message."""


class LabError(Exception):
    """The lab failed."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class BuildError(LabError):
    """The root folder could not be built."""


class NotRootError(LabError):
    """The lab needs root: it makes mount and process namespaces and installs a Debian root folder."""


class NoSpaceError(LabError):
    """There is not enough free space for the lab's root folder."""


class NoNetworkError(BuildError):
    """The Debian archive does not answer."""


class MirrorNotFoundError(BuildError):
    """This machine's apt has no Debian archive configured."""


class EnclosureError(LabError):
    """The private process and mount namespace could not be made."""


class CommandError(LabError):
    """A command inside the root folder failed."""


class StartError(LabError):
    """The service did not become ready."""


class StopError(LabError):
    """The service did not stop within its deadline."""


class NotRunningError(LabError):
    """The service is not running."""


class BrokerUserError(LabError):
    """The broker refused a change of users or permissions."""


class DatabaseError(LabError):
    """The database refused an administrative statement."""


class GuestError(LabError):
    """A guest could not be defined, started or changed."""


class AlreadyRunningError(LabError):
    """A lab is already up."""
