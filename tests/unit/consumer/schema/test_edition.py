# SPDX-License-Identifier: Apache-2.0
"""Which TimescaleDB will do, and which edition's form a database takes."""

import pytest

from consumer.errors import SchemaError
from consumer.schema.edition import check_version, choose_form, edition_of
from consumer.schema.migration_files import Edition


@pytest.mark.parametrize("version", ["2.18.2", "2.9.0", "1.7.5"])
def test_an_old_timescaledb_is_refused(version: str) -> None:
    """Versions before 2.19 can lose rows; the message names the version and the one needed."""
    with pytest.raises(SchemaError, match=rf"TimescaleDB {version} is too old: kvmgrid needs 2\.19"):
        check_version(version)


@pytest.mark.parametrize("version", ["2.19.0", "2.23.0-dev", "2.100.1", "3.0.0"])
def test_a_newer_timescaledb_is_accepted(version: str) -> None:
    """2.19 and everything after it is accepted."""
    check_version(version)


def test_a_version_that_is_none_is_refused() -> None:
    """An unreadable version is not taken for a good one."""
    with pytest.raises(SchemaError, match=r"'unknown', which is no version"):
        check_version("unknown")


@pytest.mark.parametrize(
    ("server", "held", "wanted", "form"),
    [
        ("apache", None, None, "apache"),
        ("community", None, None, "community"),
        ("community", None, "apache", "apache"),
        ("community", "apache", None, "apache"),
        ("community", "apache", "community", "community"),
        ("community", "community", None, "community"),
    ],
)
def test_a_database_keeps_its_form_until_another_is_asked_for(
    server: Edition, held: Edition | None, wanted: Edition | None, form: Edition
) -> None:
    """A new one gets that of the server; a server with more than the database uses is no error."""
    assert form == choose_form(server, held, wanted)


@pytest.mark.parametrize(
    ("server", "held", "wanted", "message"),
    [
        ("apache", "community", None, r"cannot read: set timescaledb\.license"),
        ("apache", "apache", "community", r"install the Community edition"),
        ("apache", None, "community", r"install the Community edition"),
        ("community", "community", "apache", r"no way back"),
    ],
)
def test_what_the_server_cannot_do_is_refused(
    server: Edition, held: Edition | None, wanted: Edition | None, message: str
) -> None:
    """The message says what to install or to set."""
    with pytest.raises(SchemaError, match=message):
        choose_form(server, held, wanted)


def test_a_server_that_does_not_load_timescaledb_is_refused() -> None:
    """Its extension is there, its settings are not: that is no edition."""
    assert ("apache", "community") == (edition_of("apache"), edition_of("timescale"))
    with pytest.raises(SchemaError, match=r"shared_preload_libraries"):
        edition_of(None)
