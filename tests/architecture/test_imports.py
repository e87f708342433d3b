# SPDX-License-Identifier: Apache-2.0
"""The import rules: who may know whom, and that importing costs a hypervisor no database or web code."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = {
    "publisher.wire.codec": ("pika", "libvirt", "psycopg", "dash", "click", "structlog", "asyncio"),
    "publisher.cli": ("psycopg", "dash", "plotly", "structlog", "consumer", "dashboard"),
    "consumer.cli": ("libvirt", "dash", "plotly", "publisher.hypervisor", "publisher.sampler"),
    "dashboard.cli": ("pika", "libvirt", "publisher", "consumer", "loadgen"),
}


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
