# SPDX-License-Identifier: Apache-2.0
"""`python -m deploy.figures [NAME]`: write what follows from the declared figures.

Tables of documents, and for new figures the next migration, under a name of [a-z0-9_].
"""

import re
from pathlib import Path
from typing import Final

import click

from deploy.figures.documents import metrics_document, schema_document
from deploy.figures.migration import FigureError, next_migration, next_number
from deploy.figures.registry import figures_by_table

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENTS: Final = ROOT / "docs"
MIGRATIONS: Final = ROOT / "consumer" / "schema" / "migrations"


@click.command()
@click.argument("name", default="new_figures")
def main(name: str) -> None:
    """Write the tables of the documents, and a migration for figures that are new."""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise click.BadParameter("a migration is named with a to z, digits and underscores")
    for document, written in (("metrics.md", metrics_document), ("schema.md", schema_document)):
        path = DOCUMENTS / document
        _write(path, written(path.read_text(encoding="utf-8")))
    files = sorted(MIGRATIONS.glob("*.sql"))
    try:
        text = next_migration(figures_by_table(), [file.read_text(encoding="utf-8") for file in files])
    except FigureError as error:
        raise click.ClickException(str(error)) from error
    if text is None:
        click.echo(
            "no migration: no figure is new; of one that changed, unless merged, delete the migration first"
        )
        return
    number = next_number(file.name for file in files)
    _write(MIGRATIONS / f"{number:04}_{name}.sql", text)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
