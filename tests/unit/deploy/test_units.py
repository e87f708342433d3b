# SPDX-License-Identifier: Apache-2.0
"""The systemd units agree with the processes they start and with the words on installing."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from consumer.invocation import BAD_SETTINGS
from consumer.settings import ConsumerSettings
from dashboard.cli import EXIT_SETTINGS
from publisher.exit_codes import ExitCode
from publisher.settings import PublisherSettings
from publisher.wire.broker import resolve_login
from publisher.wire.settings import SettingsError, load

ROOT = Path(__file__).resolve().parents[3]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SETTINGS_EXIT_CODES = {"publisher": ExitCode.SETTINGS, "consumer": BAD_SETTINGS, "dashboard": EXIT_SETTINGS}

# Tenths of systemd's exposure level, which ends at 100. They score 16, 16 and 21; versions differ by a few.
EXPOSURE_LIMITS = {"publisher": 25, "consumer": 20, "dashboard": 20}

each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)


def values(unit: Path, key: str) -> list[str]:
    """Return what a unit gives to a key, in order."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


def process_of(unit: Path) -> str:
    """Return the process a unit starts: publisher, consumer or dashboard."""
    match = re.fullmatch(r"kvmgrid-([a-z]+)(?:-[a-z]+)?@?\.service", unit.name)
    assert match
    return match[1]


def test_each_process_has_a_unit() -> None:
    """Nothing that runs for long is left to a shell."""
    assert set(SETTINGS_EXIT_CODES) == {process_of(unit) for unit in UNITS}


@each_unit
def test_it_starts_a_command_of_the_distribution(unit: Path) -> None:
    """The command is one that pip puts into the virtual environment of docs/install.md."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    (command,) = values(unit, "ExecStart")
    path = Path(command.split()[0])

    assert f"kvmgrid-{process_of(unit)}" == path.name
    assert path.name in scripts
    assert f"{path.parent}/pip install" in (ROOT / "docs" / "install.md").read_text()


@each_unit
def test_wrong_settings_end_it_for_good(unit: Path) -> None:
    """The status that prevents a restart is the one the process ends with."""
    assert [str(int(SETTINGS_EXIT_CODES[process_of(unit)]))] == values(unit, "RestartPreventExitStatus")


@each_unit
def test_its_password_files_are_those_of_the_documents(unit: Path) -> None:
    """docs/install.md and example settings name each credential's file as the unit does."""
    document = (ROOT / "docs" / "install.md").read_text()
    example = (ROOT / "deploy" / "settings" / f"{process_of(unit)}.toml").read_text()
    paths = [credential.partition(":")[2] for credential in values(unit, "LoadCredential")]

    assert paths
    assert [] == [path for path in paths if f'_file = "{path}"' not in example]
    assert [] == [path for path in paths if Path(path).name not in document]


@each_unit
def test_no_credential_has_to_be_there(unit: Path) -> None:
    """By certificate there is no password, by password no key: each has a default (systemd.exec(5))."""
    loaded = [credential.partition(":")[0] for credential in values(unit, "LoadCredential")]

    assert [rf"{name}:\n" for name in sorted(loaded)] == sorted(values(unit, "SetCredential"))
    for name in loaded:
        assert any(value.endswith(f"_FILE=%d/{name}") for value in values(unit, "Environment"))


@pytest.mark.parametrize("name", ["publisher", "consumer"])
def test_a_certificate_logs_in_without_a_password(name: str, tmp_path: Path) -> None:
    """With the unit's environment: the password's file is as good as empty, the key is a credential."""
    key, certificate = tmp_path / "broker-key", tmp_path / "certificate.pem"
    arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hv042", "-days", "2"]
    subprocess.run(
        ["openssl", *arguments, "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    (tmp_path / "broker-password").write_text("\n")
    unit = next(each for each in UNITS if process_of(each) == name and "broker" in each.read_text())
    environment = dict(
        value.replace("%d", str(tmp_path)).split("=", 1) for value in values(unit, "Environment")
    )
    kind: type[PublisherSettings | ConsumerSettings] = (
        PublisherSettings if name == "publisher" else ConsumerSettings
    )
    with_certificate = {
        "KVMGRID_BROKER__URL": "amqps://broker/",
        "KVMGRID_BROKER__CERTIFICATE_FILE": str(certificate),
    }

    assert resolve_login(load(kind, None, environment | with_certificate).broker, "hv042").password is None
    with pytest.raises(SettingsError, match="broker-password is empty"):
        resolve_login(load(kind, None, environment).broker, "hv042")


@each_unit
def test_it_is_hardly_exposed(unit: Path) -> None:
    """A protection that is taken out of a unit fails here (systemd-analyze(1), security)."""
    limit = EXPOSURE_LIMITS[process_of(unit)]
    result = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={limit}", "--no-pager", unit],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert 0 == result.returncode, result.stdout + result.stderr


def test_the_spool_is_the_publisher_s_alone() -> None:
    """A state directory of systemd's default mode would be refused by the spool."""
    (unit,) = (unit for unit in UNITS if process_of(unit) == "publisher")

    assert ["0700"] == values(unit, "StateDirectoryMode")


def test_the_publisher_may_ask_for_the_state_of_the_clock() -> None:
    """A filter of system calls would end it at its first tick, or hide that the clock is kept.

    glibc makes adjtimex(3) of either call, by its version; without the capability neither sets anything.
    """
    (unit,) = (unit for unit in UNITS if process_of(unit) == "publisher")
    allowed = values(unit, "SystemCallFilter")

    # systemd.exec(5): later lines add to what those before left.
    assert ["~@privileged", "adjtimex clock_adjtime clock_adjtime64"] == allowed[-2:]
    assert [] == values(unit, "ProtectClock")
    assert [""] == values(unit, "CapabilityBoundingSet")


def test_the_watchdog_outlasts_the_longest_interval() -> None:
    """A tick may be late by one interval without the publisher being ended for it."""
    (unit,) = (unit for unit in UNITS if process_of(unit) == "publisher")
    (seconds,) = values(unit, "WatchdogSec")
    half = {"KVMGRID_INTERVAL_SECONDS": str(int(seconds) / 2)}

    assert ["notify"] == values(unit, "Type")
    with pytest.raises(SettingsError, match="interval_seconds"):
        load(PublisherSettings, None, half)


def test_the_consumer_s_watchdog_outlasts_its_waits_on_the_database() -> None:
    """A thread may wait for a statement, and for a connection after it, within half of the time."""
    database = load(ConsumerSettings, None, {}).database
    for unit in (unit for unit in UNITS if process_of(unit) == "consumer"):
        (seconds,) = values(unit, "WatchdogSec")

        assert ["notify"] == values(unit, "Type")
        assert int(seconds) / 2 > 2 * (database.statement_timeout_seconds + database.connect_timeout_seconds)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_memory_is_bounded(unit: Path) -> None:
    """What one process may take from its neighbours on the machine."""
    assert values(unit, "MemoryMax")
