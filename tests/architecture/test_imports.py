# SPDX-License-Identifier: Apache-2.0
"""The import rules: who may know whom, and that importing costs a hypervisor no database or web code."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("publisher", "consumer", "dashboard", "loadgen")
# The only files and folders that import a library.
HOMES = {
    "pika": (
        "publisher/amqp/",
        "consumer/broker/",
        "loadgen/connection.py",
        "loadgen/fleet/sender.py",
        "loadgen/scenario/truth_sender.py",
    ),
    "sqlite3": ("publisher/spool/",),
    "psycopg": (
        "consumer/",
        "dashboard/database.py",
        "dashboard/filters/sql.py",
        "dashboard/operator_database.py",
        "loadgen/scenario/store.py",
    ),
    "numpy": ("consumer/alerts/", "consumer/rows/copy_columns.py", "dashboard/"),
    "psycopg_pool": ("dashboard/database.py",),
    "dash": ("dashboard/",),
    "argon2": ("dashboard/login/passwords.py",),
    "dash_ag_grid": ("dashboard/components/table.py",),
    "structlog": ("consumer/", "dashboard/"),
    # Only its JavaScript is used, as an asset.
    "plotly": (),
    # Loaded by name, so that a host without it can run the publisher.
    "libvirt": (),
}
LIBVIRT_LOADER = "publisher/hypervisor/library.py"
# What of ours the files below a folder may import; the first folder that fits counts.
OURS = {
    "publisher/wire/": ("publisher.wire",),
    "publisher/": ("publisher",),
    "consumer/": ("consumer", "publisher.wire"),
    "dashboard/": ("dashboard", "publisher.wire.settings", "publisher.wire.log_line"),
    "loadgen/": ("loadgen", "publisher.wire"),
}
FOREIGN = {
    "publisher.wire.codec": ("pika", "libvirt", "psycopg", "dash", "click", "structlog", "asyncio"),
    "publisher.cli": ("psycopg", "dash", "plotly", "structlog", "consumer", "dashboard"),
    "consumer.cli": ("libvirt", "dash", "plotly", "publisher.hypervisor", "publisher.sampler"),
    "dashboard.cli": (
        "pika",
        "libvirt",
        "publisher.wire.samples",
        "publisher.settings",
        "consumer",
        "loadgen",
    ),
}


class Import(NamedTuple):
    """One imported name and the file that imports it."""

    file: str
    name: str

    def is_of(self, module: str) -> bool:
        """Whether this is a module or something in it."""
        return f"{self.name}.".startswith(f"{module}.")


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Give the syntax trees of the four packages by file."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


@pytest.fixture(scope="module")
def imports(trees: dict[str, ast.Module]) -> list[Import]:
    """Give every import statement, those inside functions and for types only included."""
    found = []
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [Import(file, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                # Ruff refuses relative imports (TID252), so there is always a module.
                found += [Import(file, f"{node.module}.{alias.name}") for alias in node.names]
    return found


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_imported_at_home_only(imports: list[Import], library: str) -> None:
    """What a library says and throws is translated where it is touched."""
    users = {each.file for each in imports if each.is_of(library)}

    assert set() == {file for file in users if not file.startswith(HOMES[library])}
    # A home that nobody lives in any more is taken off the list.
    assert [] == [home for home in HOMES[library] if not any(file.startswith(home) for file in users)]


def test_a_package_knows_of_ours_what_it_may(imports: list[Import]) -> None:
    """The wire and the schema are the only bridges; the pages share settings and log lines, no messages."""
    strangers = []
    for each in imports:
        allowed = next(names for folder, names in OURS.items() if each.file.startswith(folder))
        if any(each.is_of(package) for package in PACKAGES) and not any(map(each.is_of, allowed)):
            strangers.append(each)

    assert [] == strangers


def test_libvirt_is_reached_through_one_module(trees: dict[str, ast.Module], imports: list[Import]) -> None:
    """One file loads a module by name, and only the rest of its folder knows that file."""
    loaders = {
        file
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
        and (node.id if isinstance(node, ast.Name) else node.attr) in {"import_module", "__import__"}
    }
    users = {each.file for each in imports if each.is_of("publisher.hypervisor.library")}

    assert {LIBVIRT_LOADER} == loaders
    assert {"publisher/hypervisor"} == {str(Path(file).parent) for file in users}


def test_the_import_contracts_hold() -> None:
    """import-linter finds every contract of pyproject.toml kept, indirect imports included."""
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("module", sorted(FOREIGN))
def test_a_process_loads_nothing_it_does_not_need(module: str) -> None:
    """What a fresh interpreter holds after importing an entry point includes none of the foreign packages."""
    program = f"import sys, {module}; print('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split())

    assert [] == [name for name in FOREIGN[module] if name in loaded]
