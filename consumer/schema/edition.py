# SPDX-License-Identifier: Apache-2.0
"""TimescaleDB as a server has it: version and edition, and which edition's form a database takes."""

import re
from typing import NamedTuple

import psycopg

from consumer.errors import SchemaError
from consumer.schema.migration_files import Edition

OLDEST_VERSION = (2, 19)

_EXTENSION = """
SELECT extversion, current_setting('timescaledb.license', true)
FROM pg_extension
WHERE extname = 'timescaledb'
"""


class Server(NamedTuple):
    """TimescaleDB as found in a database."""

    version: str
    edition: Edition


def check_version(version: str) -> None:
    """Raise SchemaError if TimescaleDB is too old, or its version cannot be read."""
    match = re.match(r"(\d+)\.(\d+)", version)
    if match is None:
        raise SchemaError(f"TimescaleDB says its version is {version!r}, which is no version")
    if (int(match[1]), int(match[2])) < OLDEST_VERSION:
        oldest = ".".join(map(str, OLDEST_VERSION))
        # TimescaleDB issue 7672: 2.17 lost rows of INSERT ... ON CONFLICT DO NOTHING into compressed chunks.
        raise SchemaError(
            f"TimescaleDB {version} is too old: kvmgrid needs {oldest}, since older ones can lose rows; "
            "install a newer one, then run ALTER EXTENSION timescaledb UPDATE"
        )


def detect(connection: psycopg.Connection) -> Server:
    """Return version and edition of TimescaleDB in a database; raise SchemaError without a usable one."""
    row = connection.execute(_EXTENSION).fetchone()
    if row is None:
        raise SchemaError(
            "this database has no TimescaleDB: prepare it as a superuser with consumer/schema/roles.sql"
        )
    version, licence = row
    check_version(version)
    return Server(version, edition_of(licence))


def edition_of(licence: str | None) -> Edition:
    """Return the edition by timescaledb.license; raise SchemaError where the server has no such setting."""
    if licence is None:
        raise SchemaError(
            "the server does not load TimescaleDB: put timescaledb into shared_preload_libraries in "
            "postgresql.conf and restart the server"
        )
    return "apache" if licence == "apache" else "community"


def choose_form(server: Edition, held: Edition | None, wanted: Edition | None) -> Edition:
    """Return the edition whose form a database is to have.

    ``held`` is the one it has now, None for a new one; ``wanted`` is what somebody asked for. The Community
    edition can keep a database in the form of the Apache edition; nothing leads the other way. Raises
    SchemaError where the server cannot do it.
    """
    form = wanted or held or server
    if held == "community" and server == "apache":
        raise SchemaError(
            "this database has tables in columns, which the Apache edition of TimescaleDB cannot read: "
            "set timescaledb.license = 'timescale' in postgresql.conf, with the Community edition installed"
        )
    if form == "community" and server == "apache":
        raise SchemaError(
            "the server has the Apache edition of TimescaleDB: install the Community edition, set "
            "timescaledb.license = 'timescale' in postgresql.conf and restart the server"
        )
    if held == "community" and form == "apache":
        raise SchemaError("there is no way back from the Community edition but a backup")
    return form
