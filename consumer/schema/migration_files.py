# SPDX-License-Identifier: Apache-2.0
"""Migration files and their history: which files an edition has, and which of them a database lacks.

Files are NNNN_name.sql, or NNNN_name.apache.sql and NNNN_name.community.sql where the editions of TimescaleDB
differ. A file is never edited after its release: its checksum is compared with the one in the database.

A file with the line ``-- replaces: NNNN`` does what an older one did, in another way. The older one is left
out from then on. The newer one is applied in its place, and has to bear a database that has the older one.
"""

import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, NamedTuple

from consumer.errors import SchemaError

Edition = Literal["apache", "community"]

FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+?)(?:\.(apache|community))?\.sql")
NOT_IN_TRANSACTION = "-- transaction: none"
STATEMENT_END = "-- next"
# In a file that is not one transaction: a query that is run until it gives null, each time a transaction.
REPEATED = "-- repeated"
REPLACES = re.compile(r"(?m)^-- replaces: (\d{4})$")


class Migration(NamedTuple):
    """One file; ``edition`` is "both" where the editions do not differ."""

    number: int
    name: str
    edition: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def in_transaction(self) -> bool:
        """Whether the file is one transaction."""
        return NOT_IN_TRANSACTION not in self.sql.splitlines()

    @property
    def statements(self) -> list[str]:
        """The statements of a file that is not one transaction."""
        return re.split(rf"(?m)^{STATEMENT_END}$", self.sql)

    @staticmethod
    def is_repeated(statement: str) -> bool:
        """Whether one of the statements is run until it gives null."""
        return REPEATED in statement.splitlines()

    @property
    def replaced(self) -> frozenset[int]:
        """Numbers of older files that are left out where they have not been applied."""
        return frozenset(int(number) for number in REPLACES.findall(self.sql))

    @property
    def label(self) -> str:
        """Name for messages."""
        return f"{self.number:04} {self.name}"


class Applied(NamedTuple):
    """One row of schema_migrations."""

    number: int
    name: str
    edition: str
    checksum: str


def migrations_folder() -> Traversable:
    """Return the folder of the files that belong to this version."""
    return files("consumer") / "schema" / "migrations"


def read_migrations(edition: Edition, folder: Traversable) -> tuple[Migration, ...]:
    """Return the files of an edition in order; raise SchemaError for a wrong name or a double number."""
    found: dict[int, Migration] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        match = FILE_NAME.fullmatch(entry.name)
        if match is None:
            raise SchemaError(f"{entry.name} is not named NNNN_name.sql or NNNN_name.<edition>.sql")
        number, name, only = int(match[1]), match[2], match[3]
        if only not in {None, edition}:
            continue
        if number in found:
            raise SchemaError(f"{entry.name} uses the number of {found[number].label} again")
        found[number] = Migration(number, name, only or "both", entry.read_text(encoding="utf-8"))
    return tuple(found.values())


def without_replaced(migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    """Return the files that a new database gets."""
    replaced = frozenset[int]().union(*(migration.replaced for migration in migrations))
    return tuple(migration for migration in migrations if migration.number not in replaced)


def form_of(applied: Sequence[Applied]) -> Edition | None:
    """Return the edition whose files a database has; None if it has only those of both."""
    editions: set[str] = {row.edition for row in applied}
    return "community" if "community" in editions else "apache" if "apache" in editions else None


def check_history(migrations: Sequence[Migration], applied: Sequence[Applied]) -> tuple[Migration, ...]:
    """Return what is still to be applied; raise SchemaError where files and history disagree."""
    known = {migration.number: migration for migration in migrations}
    for row in applied:
        label = f"{row.number:04} {row.name}"
        file = known.pop(row.number, None)
        if file is None:
            raise SchemaError(
                f"the database has migration {label}, which this version does not know: install a newer one"
            )
        if (file.name, file.edition) != (row.name, row.edition):
            raise SchemaError(
                f"the database has migration {label} ({row.edition}), the file is {file.label} "
                f"({file.edition}): restore the history that belongs to this database"
            )
        if file.checksum != row.checksum:
            raise SchemaError(
                f"migration {label} was changed after it was applied; restore the file and add a new one"
            )
    lacking = tuple(migration for migration in without_replaced(migrations) if migration.number in known)
    newest = max((row.number for row in applied), default=0)
    for migration in lacking:
        if migration.number < newest:
            raise SchemaError(
                f"migration {migration.label} comes before {newest:04}, which is applied already"
            )
    return lacking
