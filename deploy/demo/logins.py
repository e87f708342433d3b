# SPDX-License-Identifier: Apache-2.0
"""The database logins of a grid of the demo or a test, on a server that may be somebody else's.

Roles belong to a whole server and their names are fixed. So preparing a database sets the passwords of every
other kvmgrid there. A comment on the owner's role tells those roles from the ones of an installation.
"""

import secrets
from typing import NamedTuple

import psycopg

from consumer.schema.roles import Login, bootstrap
from deploy.lab.database_admin import DatabaseAdmin
from deploy.lab.errors import DatabaseError

OWNER_LOGIN = "kvmgrid_owner"
CONSUMER_LOGIN = "kvmgrid_consumer"
DASHBOARD_LOGIN = "kvmgrid_viewer"
OPERATOR_LOGIN = "kvmgrid_on_duty"
FOREIGN_OWNER = """
    SELECT true FROM pg_roles
    WHERE rolname = 'kvmgrid_owner' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM 'for trying out'
"""


class Logins(NamedTuple):
    """The passwords of one server's roles."""

    owner: str
    consumer: str
    dashboard: str
    operator: str


def random_logins() -> Logins:
    """Return passwords that exist for one run only."""
    return Logins(*(secrets.token_urlsafe(18) for _ in Logins._fields))


def prepare(admin: DatabaseAdmin, name: str, logins: Logins) -> None:
    """Bootstrap a database: roles, extension, and the settings and grants of the database itself.

    Raises DatabaseError where the server has a kvmgrid that is no trial.
    """
    with psycopg.connect(admin.url_for(name), autocommit=True) as connection, connection.transaction():
        if connection.execute(FOREIGN_OWNER).fetchone() is not None:
            raise DatabaseError(
                "the database server has an installed kvmgrid, whose passwords would be changed; "
                "KVMGRID_DATABASE_URL must name a server for trying out"
            )
        bootstrap(
            connection,
            [
                Login(OWNER_LOGIN, "kvmgrid_owner", logins.owner),
                Login(CONSUMER_LOGIN, "kvmgrid_ingest", logins.consumer),
                Login(DASHBOARD_LOGIN, "kvmgrid_dashboard", logins.dashboard),
                Login(OPERATOR_LOGIN, "kvmgrid_operator", logins.operator),
            ],
        )
        connection.execute("COMMENT ON ROLE kvmgrid_owner IS 'for trying out'")
