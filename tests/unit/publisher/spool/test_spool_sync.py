# SPDX-License-Identifier: Apache-2.0
"""What SQLite is told about syncing: that a commit is on the disk, and not with the kernel alone."""

from pathlib import Path

import pytest

from publisher.spool import Spool
from tests.unit.publisher.spool.spooled import EVERYTHING, message

DATABASE = "spool.sqlite3"


@pytest.mark.parametrize("life", ["new", "opened again", "after taking", "set aside"])
def test_every_commit_of_the_spool_is_synced(tmp_path: Path, life: str) -> None:
    """SQLite calls fsync at each commit of the connection that writes: FULL, whatever happened before."""
    spool = Spool(tmp_path / "spool", "hv042")
    if life == "opened again":
        spool.close()
        spool = Spool(tmp_path / "spool", "hv042")
    if life == "set aside":
        spool.close()
        (tmp_path / "spool" / DATABASE).write_bytes(b"this is no database, " * 1000)
        spool = Spool(tmp_path / "spool", "hv042")
    spool.put(message())
    if life == "after taking":
        spool.take("sample", count=1, size_bytes=EVERYTHING)
        spool.put(message())

    assert ("wal", 2) == tuple(
        spool._file._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    )
