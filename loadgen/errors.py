# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the load generator."""


class LoadgenError(Exception):
    """The load cannot be generated as asked."""


class BrokerError(LoadgenError):
    """The broker cannot be reached or does not take the messages."""


class StoreError(LoadgenError):
    """The database cannot be read, or does not hold what it should."""


class PageError(LoadgenError):
    """The dashboard cannot be reached, or does not answer as it should."""


class ScenarioError(LoadgenError):
    """The scenario cannot be used as it is written, or not here."""


class UnreachedError(LoadgenError):
    """The load cannot be reached on this machine as it is now."""
