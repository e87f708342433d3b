# SPDX-License-Identifier: Apache-2.0
"""What a user installs: one wheel with the four packages and their data files, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names in a wheel built from this checkout with the pinned build backend."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", target, ROOT],
        check=True,
    )
    (wheel,) = target.glob("kvmgrid-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_four_packages_only(wheel_names: list[str]) -> None:
    """deploy/ and tests/ are not shipped."""
    top = {name.split("/")[0] for name in wheel_names if ".dist-info/" not in name}

    assert {"publisher", "consumer", "dashboard", "loadgen"} == top


@pytest.mark.parametrize(
    ("package", "suffix"),
    [
        ("consumer", ".sql"),
        ("dashboard", ".sql"),
        ("dashboard", ".js"),
        ("dashboard", "LICENSE"),
        ("consumer", ".toml"),
        ("loadgen", ".toml"),
        ("loadgen", ".html"),
    ],
)
def test_the_wheel_holds_every_data_file(wheel_names: list[str], package: str, suffix: str) -> None:
    """Migrations, questions, scripts with their licences, scenarios are all in it."""
    expected = {str(path.relative_to(ROOT)) for path in (ROOT / package).rglob(f"*{suffix}")}

    assert expected
    assert expected == {
        name for name in wheel_names if name.endswith(suffix) and name.startswith(f"{package}/")
    }


def test_the_wheel_holds_nothing_of_ag_grid(wheel_names: list[str]) -> None:
    """Its Enterprise edition is not free; what tables need comes with its own package."""
    assert [] == [name for name in wheel_names if "enterprise" in name.lower() or "ag_grid" in name.lower()]
