# SPDX-License-Identifier: Apache-2.0
"""What all tests of the load generator share."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _unchanged_logging() -> Iterator[None]:
    """Leave logging as it was: a command sends it to the standard error of its run."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
