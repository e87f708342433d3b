# SPDX-License-Identifier: Apache-2.0
"""`python -m deploy.figures.trial FIGURE`: this machine's figure, out of a database that lives as long.

A publisher measures this machine, a consumer stores it, and the view of now is asked. Broker and database are
the trial's own: a migration that is not merged yet touches nothing that is kept. Libvirt and VMs are started
for a figure of a VM only.
"""

import difflib
import os
import signal
import sys
from contextlib import ExitStack
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import click
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from consumer.schema.migration_files import migrations_folder
from deploy.demo.errors import DemoError
from deploy.demo.pipeline import Names, Pipeline, Timing
from deploy.demo.progress import Progress, write
from deploy.figures.migration import FigureError, migrated_columns
from deploy.figures.registry import figures_by_table
from deploy.lab.errors import LabError
from deploy.lab.guest import DEFAULT_GUESTS
from deploy.lab.lab import libvirt_with_guests
from deploy.lab.ports import free_ports
from deploy.lab.postgresql import PostgreSql
from deploy.lab.rabbitmq import RabbitMq
from deploy.lab.readiness import log_tail, wait_until
from deploy.lab.services import Broker, Database
from publisher.settings import default_host

INTERVAL_SECONDS: Final = 1.0
# A bound for a machine that is busy: samples come a second apart.
PATIENCE_SECONDS: Final = 90.0
INTERRUPTED: Final = 130


class View(NamedTuple):
    """Where a figure is seen: the view of now, who its rows are of, after how many samples null is null."""

    table: str
    relation: str
    names: tuple[str, ...]
    sample_count: int


# A rate needs two samples, and a gauge that is read in the background a moment. What a guest tells needs one
# that has booted.
VIEWS: Final = (
    View("host_samples", "hosts_now", ("host",), 4),
    View("domain_samples", "domains_now", ("host", "name"), 30),
)


class Trial(NamedTuple):
    """The newest rows of a view, and by collector why this host lacks something."""

    view: View
    rows: list[dict[str, Any]]
    reasons: dict[str, str]


def views_of(figure: str) -> tuple[View, ...]:
    """Return the views of now that have a figure; raise FigureError for one that is in none."""
    declared = figures_by_table()
    found = tuple(
        view
        for view in VIEWS
        if figure in declared[view.table] and declared[view.table][figure].figure.in_now
    )
    if found:
        return found
    tables = [table for table, figures in declared.items() if figure in figures]
    if tables:
        raise FigureError(f"{figure} is in no view of now; it is a column of {', '.join(tables)}")
    known = sorted({name for view in VIEWS for name in declared[view.table]})
    near = difflib.get_close_matches(figure, known, n=1, cutoff=0.0)
    raise FigureError(f"no figure is called {figure!r}; the nearest is {near[0]}")


def require_migrated(figure: str, views: tuple[View, ...], folder: Traversable) -> None:
    """Raise FigureError for a figure that is declared and has no column yet."""
    texts = [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".sql")]
    if any(figure not in migrated_columns(texts, view.table) for view in views):
        raise FigureError(f"no migration has {figure} yet: make figures NAME={figure}")


def start(pipeline: Pipeline) -> None:
    """Migrate, and start publisher and consumer."""
    pipeline.prepare()
    pipeline.start("consumer")
    pipeline.start("publisher")


def measured(pipeline: Pipeline, figure: str, view: View) -> Trial:
    """Return what a view has once it has the figure, or will not have it.

    Raises DemoError where a process ends, or no sample arrives.
    """
    with psycopg.connect(pipeline.database_url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("SET search_path TO kvmgrid, public")

        def asked() -> Trial | None:
            pipeline.require_running()
            return _asked(connection, view, figure)

        trial = wait_until(asked, timeout_seconds=PATIENCE_SECONDS)
    if trial is None:
        logs = "\n".join(log_tail(pipeline.folder / f"{role}.log") for role in ("publisher", "consumer"))
        raise DemoError(
            f"too few samples in {view.relation} after {PATIENCE_SECONDS:g} s; ends of logs:\n{logs}"
        )
    return trial


def _asked(connection: psycopg.Connection[dict[str, Any]], view: View, figure: str) -> Trial | None:
    """Return the rows with the figure; None while some have none and more samples may bring it."""
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in (*view.names, "sampled_at", figure))
    order = sql.SQL(", ").join(sql.Identifier(name) for name in view.names)
    query = sql.SQL("SELECT {} FROM {} WHERE sampled_at IS NOT NULL ORDER BY {}")
    rows = connection.execute(query.format(columns, sql.Identifier(view.relation), order)).fetchall()
    counted = connection.execute(
        sql.SQL("SELECT count(DISTINCT sampled_at) AS samples FROM {}").format(sql.Identifier(view.table))
    ).fetchall()
    is_known = bool(rows) and all(row[figure] is not None for row in rows)
    if not rows or (not is_known and counted[0]["samples"] < view.sample_count):
        return None
    collectors = connection.execute("SELECT collectors FROM hosts_now").fetchall()
    reasons = {
        each["name"]: f"{each.get('outcome', 'ok')}: {each['reason']}"
        for row in collectors
        for each in row["collectors"] or []
        if each.get("reason")
    }
    return Trial(view, rows, reasons)


def told(trial: Trial, figure: str) -> str:
    """Return rows as text: who, when, how much; below them why there may be none."""
    lines = [f"\n{trial.view.relation}"]
    for row in trial.rows:
        who = " ".join(str(row[name]) for name in trial.view.names)
        value = "null" if row[figure] is None else row[figure]
        lines.append(f"  {who}  {row['sampled_at']:%Y-%m-%d %H:%M:%S}  {figure} = {value}")
    if any(row[figure] is None for row in trial.rows):
        lines.append("null: no rate is known yet, or its source says why:")
        lines += [f"  {name} {reason}" for name, reason in sorted(trial.reasons.items())]
        lines += [] if trial.reasons else ["  every collector read all that it reads"]
    return "\n".join(lines) + "\n"


@click.command()
@click.argument("figure")
def main(figure: str) -> None:
    """Measure a figure on this machine and show it as it is stored."""
    views = views_of(figure)
    require_migrated(figure, views, migrations_folder())
    if os.geteuid() != 0:
        raise DemoError("the lab's servers have namespaces of their own and need root")
    has_domains = any(view.relation == "domains_now" for view in views)
    progress = Progress(5 if has_domains else 4)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kvmgrid-figure-")))
        with progress.step("message broker (RabbitMQ)"):
            broker = stack.enter_context(RabbitMq.start())
        with progress.step("database (PostgreSQL, TimescaleDB)"):
            database = stack.enter_context(PostgreSql.start(durable=False))
        uri = ""
        if has_domains:
            with progress.step("libvirt and three VMs"):
                uri = stack.enter_context(libvirt_with_guests(DEFAULT_GUESTS)).uri_read_only
        pipeline = stack.enter_context(
            Pipeline(
                folder,
                names=Names(host=default_host()),
                broker=Broker(broker.amqp_url(), broker.admin, broker),
                database=Database(database.admin, database),
                hypervisor_uri=uri,
                port=free_ports(1)[0],
                timing=Timing(interval_seconds=INTERVAL_SECONDS),
            )
        )
        with progress.step("migrations, consumer, publisher"):
            start(pipeline)
        with progress.step("samples"):
            trials = [measured(pipeline, figure, view) for view in views]
        for trial in trials:
            write(told(trial, figure))


def command_line() -> None:
    """Run `main` and turn what went wrong into one message and a status."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        sys.exit(f"try-figure: {error.format_message()}")
    except (FigureError, DemoError, LabError, psycopg.Error, OSError) as error:
        sys.exit(f"try-figure: {error}")
    except (KeyboardInterrupt, click.Abort):
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    command_line()
