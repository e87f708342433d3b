# SPDX-License-Identifier: Apache-2.0
"""The files of migrations, and the history of a database that they have to fit."""

import hashlib
from pathlib import Path

import pytest

from consumer.errors import SchemaError
from consumer.schema.migration_files import (
    Applied,
    Migration,
    check_history,
    migrations_folder,
    read_migrations,
)

# Name and SHA-256 of each file that is on the main branch; whoever lands a new one adds it.
LANDED = Path(__file__).with_name("landed_migrations.txt")

FIRST = Migration(1, "first", "both", "SELECT 1")
SECOND = Migration(2, "second", "apache", "SELECT 2")


def applied(migration: Migration) -> Applied:
    """Return the record of an applied migration."""
    return Applied(migration.number, migration.name, migration.edition, migration.checksum)


def write(folder: Path, **files: str) -> Path:
    """Make a folder of migrations."""
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.sql").write_text(text)
    return folder


def test_history_gives_what_is_missing() -> None:
    """What is applied is left out, the rest is kept in order."""
    assert (SECOND,) == check_history([FIRST, SECOND], [applied(FIRST)])


def test_a_newer_database_is_refused() -> None:
    """A database from a later version is not touched."""
    with pytest.raises(SchemaError, match=r"has migration 0002 second, which this version does not know"):
        check_history([FIRST], [applied(FIRST), applied(SECOND)])


def test_a_file_that_comes_too_early_is_refused() -> None:
    """A new file takes a new number at the end."""
    with pytest.raises(SchemaError, match=r"0001 first comes before 0002, which is applied already"):
        check_history([FIRST, SECOND], [applied(SECOND)])


def test_another_edition_is_refused() -> None:
    """A history with a file of one edition is not gone on with by the file of the other."""
    community = SECOND._replace(edition="community")

    with pytest.raises(SchemaError, match=r"0002 second \(apache\), the file is 0002 second \(community\)"):
        check_history([FIRST, community], [applied(FIRST), applied(SECOND)])


def test_a_replaced_file_is_left_out() -> None:
    """The newer file comes in its place, whether the older one was applied, left out or is missing."""
    third = Migration(3, "third", "both", "-- replaces: 0001\nSELECT 3")

    assert (SECOND, third) == check_history([FIRST, SECOND, third], [])
    assert (third,) == check_history([FIRST, SECOND, third], [applied(FIRST), applied(SECOND)])
    assert () == check_history([FIRST, SECOND, third], [applied(SECOND), applied(third)])


def test_landed_files_stay_as_they_are() -> None:
    """Somebody may have applied them; the newest may still be missing from the list."""
    landed = dict(line.split() for line in LANDED.read_text().splitlines())
    found = {entry.name: entry.read_bytes() for entry in migrations_folder().iterdir()}

    assert landed == {
        name: hashlib.sha256(text).hexdigest()
        for name, text in sorted(found.items())
        if name[:4] <= max(landed)[:4]
    }


def test_each_edition_reads_its_own_files(tmp_path: Path) -> None:
    """Files without an edition are for both, the others for one."""
    folder = write(
        tmp_path, **{"0001_a": "", "0002_b__apache": "", "0002_b__community": "", "0003_c__community": ""}
    )

    assert [(1, "both"), (2, "apache")] == [
        (file.number, file.edition) for file in read_migrations("apache", folder)
    ]
    assert [(1, "both"), (2, "community"), (3, "community")] == [
        (file.number, file.edition) for file in read_migrations("community", folder)
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["0001_a", "0001_b"], r"0001_b\.sql uses the number of 0001 a again"),
        (["1_a"], r"1_a\.sql is not named"),
        (["0001_a__other"], r"0001_a\.other\.sql is not named"),
    ],
)
def test_a_wrong_file_name_is_refused(tmp_path: Path, names: list[str], message: str) -> None:
    """A number used twice or a name outside the rule is named, rather than left out."""
    write(tmp_path, **dict.fromkeys(names, ""))

    with pytest.raises(SchemaError, match=message):
        read_migrations("apache", tmp_path)
