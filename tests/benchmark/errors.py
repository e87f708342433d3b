# SPDX-License-Identifier: Apache-2.0
"""Why a figure has no value."""


class BenchmarkError(Exception):
    """What a figure is taken for did not happen, so that its number would mean nothing."""


class UnavailableError(Exception):
    """What a figure needs cannot be had on this machine."""
