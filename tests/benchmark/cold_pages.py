# SPDX-License-Identifier: Apache-2.0
"""What a database has in memory, forgotten: neither the server nor the kernel keeps a page of it."""

import os
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmark.errors import UnavailableError

# Superuser, PostgreSQL 17: pages that somebody uses at this moment stay.
EVICT = """
SELECT pg_buffercache_evict(bufferid)
FROM pg_buffercache
WHERE reldatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# All files of a database lie together: of this table, its maps, and all others.
FILE = "SELECT pg_relation_filepath('pg_class')"


def forget(connection: psycopg.Connection[Any], data_directory: Path) -> None:
    """Empty the server's memory and the kernel's of one database; raise UnavailableError where one may not.

    ``connection``: a superuser's, in autocommit mode. The kernel drops what is written: hence the checkpoint.
    """
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
    connection.execute("CHECKPOINT")
    connection.execute(EVICT)
    row = connection.execute(FILE).fetchone()
    assert row is not None
    for file in (data_directory / row[0]).parent.iterdir():
        _forget_file(file)


def _forget_file(file: Path) -> None:
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return
    except PermissionError as error:
        raise UnavailableError(f"the files of the database cannot be opened: {error}") from error
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
