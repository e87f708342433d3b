# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-loadgen run`` and ``list``: what is refused, and the exit statuses."""

import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from loadgen.cli import main
from loadgen.errors import LoadgenError, StoreError, UnreachedError
from loadgen.scenario import command
from loadgen.settings import LoadgenSettings, load_settings

EXAMPLE = Path(__file__).resolve().parents[4] / "deploy" / "settings" / "loadgen.toml"


def settings(folder: Path, *, trial: bool) -> Path:
    """Write settings for a broker and a database that nobody is at."""
    path = folder / "loadgen.toml"
    path.write_text(
        f'host = "hv1"\ntrial = {str(trial).lower()}\n'
        '[broker]\nurl = "amqp://u:p@127.0.0.1:1/"\n[database]\nurl = "postgresql://u@127.0.0.1:1/x"\n'
    )
    return path


def test_the_scenarios_are_listed_with_their_purpose() -> None:
    """Whoever asks sees what each one shows."""
    result = CliRunner().invoke(main, ["list"])

    assert 0 == result.exit_code
    assert "vm_cpu" in result.output
    assert "within 3 points" in result.output


def test_the_example_settings_decode() -> None:
    """What the documents point at is right."""
    assert "hv042" == load_settings(EXAMPLE, {}).host


def test_a_machine_that_is_no_trial_needs_a_yes(tmp_path: Path) -> None:
    """Nothing is loaded by a slip."""
    config = str(settings(tmp_path, trial=False))
    refused = CliRunner().invoke(main, ["run", "disk_busy", "--config", config])
    agreed = CliRunner().invoke(main, ["run", "disk_busy", "--config", config, "--yes"])

    assert 2 == refused.exit_code
    assert "--yes" in refused.output
    assert command.UNAVAILABLE == agreed.exit_code


@pytest.mark.parametrize(
    ("arguments", "text"),
    [(["run", "vm_gpu"], "vm_cpu"), (["run", "vm_cpu", "--config", "/nowhere.toml"], "/nowhere.toml")],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, arguments: list[str], text: str) -> None:
    """A scenario or settings that do not exist."""
    config = [] if "--config" in arguments else ["--config", str(settings(tmp_path, trial=True))]
    result = CliRunner().invoke(main, [*arguments, *config])

    assert command.BAD_SETTINGS == result.exit_code
    assert text in result.output


@pytest.mark.parametrize(
    ("error", "status"),
    [(UnreachedError("too little"), 3), (StoreError("away"), command.UNAVAILABLE)],
)
def test_a_run_that_ends_early_has_a_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: LoadgenError, status: int
) -> None:
    """A load out of reach is an invalid run, a service that is away is not a verdict."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(command, "carry_out", fail)
    config = str(settings(tmp_path, trial=True))
    result = CliRunner().invoke(main, ["run", "disk_busy", "--config", config])

    assert status == result.exit_code
    assert str(error) in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """Ctrl-C and SIGTERM end a run, and what was done is undone, also if they were ignored at its start."""

    def stop(*_: object, **__: object) -> None:
        os.kill(os.getpid(), number)

    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(command, "carry_out", stop)
    config = str(settings(tmp_path, trial=True))
    try:
        result = CliRunner().invoke(main, ["run", "disk_busy", "--config", config])
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

    assert 130 == result.exit_code
    assert "undone" in result.output


@pytest.mark.parametrize(
    ("options", "expected"), [([], None), (["--dashboard", "http://page/"], "http://page/")]
)
def test_the_page_is_named_by_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], expected: str | None
) -> None:
    """What is not in the settings can be said for one run."""
    urls = []

    def note(_order: object, given: LoadgenSettings, **_: object) -> None:
        urls.append(given.dashboard_url)
        raise StoreError("away")

    monkeypatch.setattr(command, "carry_out", note)
    config = str(settings(tmp_path, trial=True))
    CliRunner().invoke(main, ["run", "paused", "--config", config, *options])

    assert [expected] == urls
