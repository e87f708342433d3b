# SPDX-License-Identifier: Apache-2.0
"""The consumer's handwritten SQL, one file per statement; its head names purpose and parameters."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> bytes:
    """Return the text of ``<name>.sql``."""
    return (files(__name__) / f"{name}.sql").read_bytes()
