# SPDX-License-Identifier: Apache-2.0
"""What a test of the publisher leaves behind is tidied up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.spool import opening
from publisher.spool.file import SpoolFile


@pytest.fixture(autouse=True)
def closed_spools(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the spools that a test leaves open as a crash does: Python 3.13 warns of a forgotten database."""
    opened: list[SpoolFile] = []

    def remembered(path: Path, host: str) -> SpoolFile:
        opened.append(SpoolFile(path, host))
        return opened[-1]

    monkeypatch.setattr(opening, "SpoolFile", remembered)
    yield
    for file in opened:
        file.close()
