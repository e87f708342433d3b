# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the load generator."""


class LoadgenError(Exception):
    """The load cannot be generated as asked."""


class BrokerError(LoadgenError):
    """The broker cannot be reached or does not take the messages."""
