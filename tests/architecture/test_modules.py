# SPDX-License-Identifier: Apache-2.0
"""The shape of the source: size, licence lines, names and what may not stand in it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("publisher", "consumer", "dashboard", "loadgen")
LINES_MAX = 350
COLUMNS_MAX = 140
# What is written for the browser, read by Dash as it lies there.
ASSETS = ("*.js", "*.mjs", "*.ts", "*.css")
# Files that are written by hand and have lines.
TEXTS = ("*.py", *ASSETS, "*.sql", "*.toml", "*.sh", "*.md", "*.yaml", "*.html", "Makefile")
# Made by programs, brought along, or frozen: a migration that was applied stays byte for byte.
NOT_BY_HAND = re.compile(r"/migrations/[^/]+\.sql$|\.min\.(?:js|css)$|^requirements/")
ADDRESS = re.compile(r"[^\w<]*(?:\[[^]]*\]:? *)?[<(]?https?://\S+")
# Nouns that name a drawer instead of a thing.
DRAWERS = {"utils", "util", "common", "base", "lib", "manager", "helpers", "helper", "misc", "shared", "core"}
# Indexes and mirrors of packages and images: the machine's own setup says where those come from.
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.org|yarnpkg\.com|(?:deb|ftp[a-z.]*|snapshot|security)\.debian\.org"
    r"|docker\.io|ghcr\.io|quay\.io",
)


def tracked(*patterns: str) -> list[Path]:
    """Return the files git knows (or would add) that match the patterns."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def python_files() -> list[Path]:
    """Return every Python file of the repository."""
    return tracked("*.py")


def assets() -> list[Path]:
    """Return the scripts and style sheets that are ours."""
    return [path for path in tracked(*ASSETS) if is_by_hand(path)]


def is_by_hand(path: Path) -> bool:
    """Tell whether a file was written here, and may be written anew."""
    return NOT_BY_HAND.search(str(path.relative_to(ROOT))) is None


def shell_scripts() -> list[Path]:
    """Return the scripts without an extension."""
    paths = (path for path in tracked("deploy", ".ci") if not path.suffix)
    return [path for path in paths if path.read_bytes().startswith((b"#!/bin/bash", b"#!/usr/bin/env bash"))]


def relative(paths: Iterator[Path]) -> list[str]:
    """Return paths as they are written in messages."""
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def test_no_module_is_longer_than_the_limit() -> None:
    """A module over 350 lines hides a second noun."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in (*python_files(), *assets())
        if (count := len(path.read_text().splitlines())) > LINES_MAX
    }

    assert {} == long


def test_no_module_is_a_drawer() -> None:
    """A module, and a script or style sheet of the page, is named by its noun, not by being useful."""
    paths = (*python_files(), *assets())

    assert [] == relative(path for path in paths if path.name.partition(".")[0].strip("_") in DRAWERS)


def test_no_line_is_longer_than_the_limit() -> None:
    """Two versions of a text fit side by side. An address that stands alone in its line may be as it is."""
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (*tracked(*TEXTS), *shell_scripts())
        if is_by_hand(path)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > COLUMNS_MAX and not ADDRESS.fullmatch(line.strip())
    ]

    assert [] == long


def test_each_python_file_begins_with_its_licence() -> None:
    """The first line of each file is the SPDX line."""
    expected = "# SPDX-License-Identifier: Apache-2.0"

    assert [] == relative(
        path
        for path in python_files()
        if not path.read_text().startswith((expected, f"#!/usr/bin/env python3\n{expected}"))
    )


def test_each_module_says_what_it_is() -> None:
    """Each module has a docstring."""
    assert [] == relative(
        path for path in python_files() if ast.get_docstring(ast.parse(path.read_text())) is None
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_a_top_level_package_is_cheap_to_import(package: str) -> None:
    """The __init__ of a top-level package is a docstring only."""
    body = ast.parse((ROOT / package / "__init__.py").read_text()).body

    assert [ast.Expr] == [type(statement) for statement in body]


def test_no_address_of_a_registry_stands_in_the_repository() -> None:
    """Nothing but the machine's own setup says where packages come from."""
    here = Path(__file__)
    hits = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if path != here and (match := REGISTRIES.search(path.read_text(errors="replace")))
    ]

    assert [] == hits


def test_no_other_distribution_claims_our_package_names() -> None:
    """publisher, consumer, dashboard and loadgen are ours alone in this environment."""
    owners = metadata.packages_distributions()
    foreign = {name: set(owners.get(name, ())) - {"kvmgrid"} for name in PACKAGES}

    assert {name: set() for name in PACKAGES} == foreign


def test_every_ignored_finding_carries_its_code_and_reason() -> None:
    """A bare "noqa" or "type: ignore" hides more than it was meant to."""
    bare = re.compile(r"#\s*(?:noqa(?!: [A-Z]+[0-9]+)|type: ignore(?!\[[a-z-]+(?:, ?[a-z-]+)*\]))")
    here = Path(__file__)
    hits = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files()
        if path != here
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]

    assert [] == hits
