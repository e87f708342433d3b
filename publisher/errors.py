# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the publisher, by who can repair it.

Retryable: ``BrokerError`` (the link tries again for ever) and ``SpoolFullError`` (the next tick tries again).
Fatal: ``SettingsError`` of the wire (exit 78), ``SpoolRefusedError`` (exit 77 or 75).
"""

from typing import Literal

BrokerFault = Literal[
    "unreachable",
    "tls",
    "authentication",
    "virtual_host",
    "suspended",
    "permission",
    "identity",
    "exchange",
    "oversize",
    "unroutable",
    "rejected",
    "blocked",
    "silent",
    "protocol",
    "secret",
]


class PublisherError(Exception):
    """Something in the publisher failed."""


class SpoolError(PublisherError):
    """The spool cannot take or give a message."""


class SpoolRefusedError(SpoolError):
    """The spool directory cannot be used; the message says how to repair it."""

    def __init__(self, problem: str, *, fix: str, permission: bool = False) -> None:
        super().__init__(f"{problem}; {fix}")
        self.problem = problem
        self.fix = fix
        self.permission = permission


class SpoolInUseError(SpoolRefusedError):
    """Another publisher holds the spool directory."""


class SpoolFullError(SpoolError):
    """No room could be made for a message; it is counted as dropped."""


class MessageRefusedError(SpoolError):
    """A message could not be built or is too large; it is counted as dropped."""


class BrokerError(PublisherError):
    """The broker cannot be used now.

    ``fault`` names the kind, ``problem`` says what was seen and ``fix`` what an operator can do.
    """

    def __init__(self, fault: BrokerFault, problem: str, *, fix: str) -> None:
        super().__init__(f"{problem}; {fix}")
        self.fault: BrokerFault = fault
        self.problem = problem
        self.fix = fix
