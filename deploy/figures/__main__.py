# SPDX-License-Identifier: Apache-2.0
"""`python -m deploy.figures`: write what follows from the declared figures."""

from pathlib import Path

from deploy.figures.documents import metrics_document, schema_document

DOCUMENTS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    """Write the tables of the documents."""
    for name, written in (("metrics.md", metrics_document), ("schema.md", schema_document)):
        path = DOCUMENTS / name
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
