# SPDX-License-Identifier: Apache-2.0
"""The benchmarks run to their end, each figure beside its ceiling."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Reasons that are no failure: without the archive there are no packages of others.
ACCEPTED = ("not part of a quick run", "the Debian packages cannot be installed")


@pytest.mark.long
@pytest.mark.timeout(1_200)
def test_a_quick_run_measures_every_figure(tmp_path: Path) -> None:
    """Rows and checksums are compared on the way, so that a pipeline that lost anything fails here too."""
    output = tmp_path / "build" / "bench.json"
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmark.bench", "--quick", "--output", str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    figures = {each["name"]: each for each in json.loads(output.read_text())["figures"]}
    assert figures["drain"]["ratio"] > 0
    for name, figure in figures.items():
        assert name in run.stdout
        measured = figure["value"] is not None and figure["ceiling"] is not None
        assert measured or figure["reason"].startswith(ACCEPTED), figure
