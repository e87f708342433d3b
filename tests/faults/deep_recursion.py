# SPDX-License-Identifier: Apache-2.0
"""Depth for what a hostile sender nests: pika encodes headers by recursion, and decoders go as deep."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from consumer.interpreter import RECURSION_LIMIT


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow as much as the consumer does."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
