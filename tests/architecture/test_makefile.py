# SPDX-License-Identifier: Apache-2.0
"""The verbs of the Makefile: what they would run, and that each is listed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def commands(*arguments: str) -> list[str]:
    """Return the commands that make would run."""
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


def test_every_verb_is_listed() -> None:
    """What is declared as a verb has a line in `make help`."""
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(phony.split()) == set(re.findall(r"^  ([a-z-]+) ", shown, re.MULTILINE))


@pytest.mark.parametrize("verb", ["bench", "bench-drain", "bench-publisher"])
def test_a_benchmark_alone_writes_to_standard_output(verb: str) -> None:
    """Its table or its one line of JSON can be piped: all that is done before speaks on standard error."""
    *before, benchmark = commands(verb)

    assert "tests.benchmark" in benchmark
    assert before
    assert [] == [command for command in before if not command.endswith(">&2")]


@pytest.mark.parametrize("verb", ["test", "test-unit"])
def test_long_tests_run_when_asked_for_only(verb: str) -> None:
    """What takes minutes is deselected everywhere but in `make test-long`."""
    assert '-m "not long"' in commands(verb)[-1]
    assert "long" not in commands("test-long")[-1].replace("test-long", "")


def test_pictures_are_taken_from_the_demo_into_the_documents() -> None:
    """Address and folder are given, with the demo's port or the one that was chosen for it."""
    assert "deploy.screenshots http://127.0.0.1:8050 docs/images " in commands("screenshots")[-1]
    assert "http://127.0.0.1:8123 " in commands("screenshots", "PORT=8123")[-1]


def test_the_lab_is_removed_without_the_virtual_environment() -> None:
    """After `make clean` any Python 3.11 can still remove the lab."""
    (command,) = commands("clean-lab")

    assert not command.startswith(".venv")
    program = "import sys; sys.path.insert(0, '.'); import deploy.lab.rootfs"
    subprocess.run(["python3", "-I", "-S", "-c", program], cwd=ROOT, check=True)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "8050x", "-1", "a'b", "8050 8051"])
@pytest.mark.parametrize("verb", ["demo", "screenshots"])
def test_a_wrong_port_is_said_before_anything_is_done(verb: str, port: str) -> None:
    """The message names what was given and what may be given."""
    command = ["make", "--dry-run", "--no-print-directory", verb, f"PORT={port}"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (2, "") == (result.returncode, result.stdout)
    assert f"PORT={port} is no port: a number from 1 to 65535 is" in result.stderr


def test_a_demo_installs_no_tools_of_the_tests() -> None:
    """Tests and lint call the fuller setup themselves."""
    setups = {
        verb: [line for line in commands(verb) if "deploy/setup" in line] for verb in ("demo", "test", "lint")
    }

    assert {"demo": 1, "test": 1, "lint": 1} == {verb: len(lines) for verb, lines in setups.items()}
    assert "deploy/setup demo" in setups["demo"][0]
    assert "deploy/setup test" in setups["test"][0]
    assert "deploy/setup test" in setups["lint"][0]


def test_an_environment_stays_while_a_demo_runs_from_it() -> None:
    """What is removed is removed after the question only."""
    question, *rest = commands("clean")

    assert "flock --nonblock .venv/pyvenv.cfg" in question
    assert any("rm -rf .venv" in line for line in rest)
