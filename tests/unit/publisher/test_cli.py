# SPDX-License-Identifier: Apache-2.0
"""The command line as a person or a script uses it: help, exit statuses, output for eyes and for programs."""

import json
import os
import pty
import re
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.lab.ports import free_ports
from publisher.version import VERSION
from publisher.wire.codec import decode_sample, encode
from publisher.wire.samples import SampleBatch
from publisher.wire.transposition import in_reports

SCRIPT = Path(sys.executable).with_name("kvmgrid-publisher")


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with a clean environment of ours."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("KVMGRID_")}
    return subprocess.run(
        [SCRIPT, *arguments],
        env={**inherited, "KVMGRID_HOST": "hv042", "KVMGRID_HYPERVISOR__URI": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def shown_help(*arguments: str) -> str:
    """Return what a terminal of 80 columns shows as help, on standard output and with status 0."""
    result = run(*arguments, COLUMNS="80")
    assert 0 == result.returncode
    return result.stdout


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Return what the command shows on a terminal."""
    master, slave = pty.openpty()
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("KVMGRID_")}
    child = subprocess.Popen(
        [SCRIPT, *arguments],
        stdout=slave,
        env={**inherited, "KVMGRID_HOST": "hv042", "KVMGRID_HYPERVISOR__URI": "", **environment},
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # EIO: the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(master)
    child.wait()
    return shown.decode()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "-h"], ["run", "--help"], ["once", "--help"], ["check", "--help"]]
)
def test_help_fits_a_terminal_of_80_columns(arguments: list[str]) -> None:
    """No line is broken by the terminal."""
    assert [] == [line for line in shown_help(*arguments).splitlines() if len(line) > 80]


def test_help_tells_exit_statuses_and_examples() -> None:
    """Whoever writes a unit file or a script needs no other document."""
    text = shown_help("--help")

    assert [] == [word for word in ("0", "1", "2", "69", "75", "77", "78", "Examples:") if word not in text]


def test_the_version_is_that_of_the_distribution() -> None:
    """What is written down in the code is what pyproject.toml says."""
    assert metadata.version("kvmgrid") == VERSION
    assert f"kvmgrid-publisher {VERSION}\n" == run("--version").stdout


def test_once_prints_one_valid_batch_with_rates() -> None:
    """On a pipe it is JSON that a consumer would take as columns; no broker and no spool is touched."""
    result = run("once", KVMGRID_BROKER__URL="amqp://127.0.0.1:1/", KVMGRID_SPOOL__DIRECTORY="/proc/none")
    batch = msgspec.json.decode(result.stdout, type=SampleBatch)

    assert (0, "", "hv042") == (result.returncode, result.stderr, batch.host)
    assert batch.interval_seconds is not None
    assert 0.5 < batch.interval_seconds < 60
    assert batch.sample.cpu_busy_ratio is not None
    assert [] == batch.domains
    assert batch == in_reports(decode_sample(encode(batch)))


def test_once_is_for_reading_on_a_terminal() -> None:
    """Sections, units and the collectors with their reasons."""
    shown = on_a_terminal("once")

    assert [] == [
        word for word in ("hv042", "CPU", "Memory", "GiB", "Collectors", "VMs") if word not in shown
    ]
    assert "{" not in shown


def test_once_gives_the_form_that_was_asked_for() -> None:
    """--text on a pipe, --json on a terminal."""
    assert "Collectors" in run("once", "--text").stdout
    assert msgspec.json.decode(on_a_terminal("once", "--json"), type=SampleBatch)


def test_help_tells_which_form_comes_when() -> None:
    """Nobody is surprised by JSON in a pipe."""
    text = " ".join(shown_help("once", "--help").split())

    assert (
        "Without either: words where standard output is a terminal, JSON where it is a pipe or a file."
        in text
    )
    assert "lines for reading (the default)" in " ".join(shown_help("check", "--help").split())


@pytest.mark.parametrize("command", ["run", "once", "check"])
def test_wrong_settings_end_with_78_and_the_place(command: str) -> None:
    """The message is on standard error (check: a finding), and nothing is done."""
    misspelt = {"KVMGRID_BROKER__PASWORD_FILE": "/x"}
    result = run(command, **misspelt)
    text = result.stdout if command == "check" else result.stderr

    assert 78 == result.returncode
    assert "did you mean 'password_file'?" in text


@pytest.mark.parametrize("command", ["run", "once", "check"])
def test_a_missing_settings_file_ends_with_78(command: str, tmp_path: Path) -> None:
    """A file that was named has to be there."""
    assert 78 == run(command, "--config", str(tmp_path / "none.toml")).returncode


def test_a_wrong_broker_url_ends_run_with_78(tmp_path: Path) -> None:
    """It does not start, and does not show the password."""
    url = "http://hv042:s3cret@broker/"
    result = run("run", KVMGRID_BROKER__URL=url, KVMGRID_SPOOL__DIRECTORY=str(tmp_path / "spool"))

    assert 78 == result.returncode
    assert "amqp://user@server:5672/virtual-host" in result.stderr
    assert "s3cret" not in result.stderr


def test_a_spool_open_to_others_ends_run_with_77(tmp_path: Path) -> None:
    """The message holds the repair."""
    tmp_path.chmod(0o755)
    result = run("run", KVMGRID_SPOOL__DIRECTORY=str(tmp_path))

    assert 77 == result.returncode
    assert f"chmod 0700 {tmp_path}" in result.stderr


def test_wrong_usage_ends_with_2() -> None:
    """An unknown option is not ignored."""
    assert 2 == run("once", "--yaml").returncode


def check(tmp_path: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run check with a broker that is away."""
    (port,) = free_ports(1)
    return run(
        "check",
        *arguments,
        **{
            "KVMGRID_BROKER__URL": f"amqp://127.0.0.1:{port}/",
            "KVMGRID_SPOOL__DIRECTORY": str(tmp_path / "spool"),
            **environment,
        },
    )


def test_check_ends_with_69_when_the_broker_is_away(tmp_path: Path) -> None:
    """Everything else is tested all the same, and nothing is made on the disk."""
    result = check(tmp_path)
    lines = result.stdout.splitlines()

    assert 69 == result.returncode
    assert ["OK    settings: every 10 s", "OK    host id: hv042"] == lines[:2]
    assert any(line.startswith("FAIL  broker: connect and log in: ") for line in lines)
    assert "      fix: see that the broker runs and that no firewall stands between" in lines
    assert not (tmp_path / "spool").exists()


def test_check_tells_each_finding_as_json(tmp_path: Path) -> None:
    """The same findings as objects, for programs."""
    found: list[dict[str, Any]] = json.loads(check(tmp_path, "--json").stdout)
    broker = [finding for finding in found if finding["subject"] == "broker"]

    assert {"settings", "host id", "spool", "hypervisor", "broker", "source cpu"} <= {
        finding["subject"] for finding in found
    }
    assert ("FAIL", 69) == (broker[0]["outcome"], broker[0]["exit_code"])


def test_check_has_colour_on_a_terminal_only() -> None:
    """NO_COLOR is honoured, and a pipe gets none."""
    spool = {"KVMGRID_SPOOL__DIRECTORY": "/proc/none", "KVMGRID_BROKER__URL": "amqp://127.0.0.1:1/"}

    assert "\x1b[32mOK" in on_a_terminal("check", **spool)
    assert "\x1b" not in on_a_terminal("check", NO_COLOR="1", **spool)
    assert "\x1b" not in run("check", **spool).stdout


def test_no_command_loads_what_it_does_not_need() -> None:
    """The process that publishes holds neither click nor asyncio: its memory has a budget."""
    # A stand-in for a module has no file.
    program = (
        "import publisher.service, sys;"
        "print(*(name for name, module in sys.modules.items()"
        " if getattr(module, '__spec__', None) or not name.startswith('pika')))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    modules = set(loaded.stdout.split())

    assert set() == modules & {
        "click",
        "asyncio",
        "email",
        "libvirt",
        "publisher.commands.check",
        "publisher.commands.text_report",
        "pika.adapters.blocking_connection",
    }
    assert {"pika", "sqlite3"} <= modules


def test_help_mentions_no_password_in_arguments() -> None:
    """Secrets never stand in the process list: there is no option for one."""
    options = set(
        re.findall(r"--[a-z-]+", "".join(shown_help(name, "--help") for name in ("run", "once", "check")))
    )

    assert {"--config", "--json", "--text", "--help"} == options
