# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer alerts check``: what a file of rules says."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consumer.alerts import commands
from consumer.cli import main

UUID = "0b1e9a6a-0000-4000-8000-000000000000"
OWN = f"""
[rules.host_memory.alert.warning]
enter = 0.92

[rules.nic_errors]
off = true

[rules.backup_pool]
subject = "filesystem"
figure = "available_bytes"
words = "{{value:,.0f}} bytes left"

[rules.backup_pool.alert]
low_enters = true
window_seconds = 120
warning = {{ enter = 1e9, leave = 2e9, for_seconds = 90 }}

[[overrides]]
rule = "vm_should_run"
tag = "must-run"
off = false

[[overrides]]
rule = "vm_steal"
host = "hv042"
window_seconds = 1200
warning = {{ enter = 0.08 }}

[[overrides]]
rule = "nic_errors"
tag = "lab"
warning = {{ enter = 0.5 }}

[[overrides]]
rule = "vm_memory"
uuid = "{UUID}"
critical = {{ enter = 0.99 }}
"""


@pytest.fixture(autouse=True)
def _no_file_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The default place is one where no file is."""
    monkeypatch.setattr(commands, "DEFAULT_FILE", tmp_path / "none.toml")


def checked(*arguments: str) -> Result:
    """Return what the command does."""
    return CliRunner().invoke(main, ["alerts", "check", *arguments])


def block(text: str, name: str) -> list[str]:
    """Return the lines about a rule."""
    return next(part.splitlines() for part in text.split("\n\n") if part.startswith(name))


def test_without_a_file_the_shipped_rules_are_told() -> None:
    """In words: what is judged, beside what, from when until when."""
    result = checked()

    assert 0 == result.exit_code
    assert result.output.startswith(
        "the rules that kvmgrid comes with: 26 rules in force, 1 off; it has nothing of"
    )
    assert [
        "vm_steal, of each VM",
        "  mean of running_steal_ratio over 10 min",
        "    only beside cpu_cores at 0.05 or more",
        "  warning     0.05 or more, until below 0.03",
        "  critical    0.1 or more, until below 0.07",
    ] == block(result.output, "vm_steal")
    assert "  warning     1 or more for 5 min, until below 1" in block(result.output, "vm_stuck")
    assert "  hides all others of the host and of all on it, but publisher_lag" in block(
        result.output, "host_silent"
    )
    assert "  one alert where 3 or more on one path (else on one host) have it" in block(
        result.output, "vm_disk_latency"
    )
    assert "  sum of oom_kill_count over 30 min" in block(result.output, "oom_kill")
    assert "  number of domain_crashed and domain_failed over 1 h" in block(result.output, "vm_crashed")
    assert "vm_should_run, of each VM, OFF" == block(result.output, "vm_should_run")[0]
    assert "host_disk_busy" not in result.output


def test_what_is_a_sites_own_is_told(tmp_path: Path) -> None:
    """Values beside those that it would have else, rules of its own, and whom its overrides choose."""
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    output = checked(str(path)).output

    assert output.startswith(f"{path}: 26 rules in force, 2 off; of its own it has ")
    assert output.partition("\n")[0].endswith(" 1 rule, 2 values of shipped rules, 4 overrides")
    assert "  yours: alert.warning.enter (shipped: 0.9)" == block(output, "host_memory")[-1]
    assert [
        "backup_pool, of each file system of a host, a rule of your own",
        "  mean of available_bytes over 2 min",
        "  warning     1,000,000,000 or less for 90 s, until above 2,000,000,000",
    ] == block(output, "backup_pool")
    assert [
        "Different for some objects (a VM's UUID counts more than its host, a host more than a tag):",
        "  hosts and VMs with the tag must-run, and all on such hosts",
        "    vm_should_run is on",
        "  host hv042 and all on it",
        "    vm_steal window_seconds = 1,200 (else 600)",
        "    vm_steal warning.enter = 0.08 (else 0.05)",
        "  hosts and VMs with the tag lab, and all on such hosts",
        "    nic_errors warning.enter = 0.5 (else 0.01)",
        "    this has no effect: nic_errors is off here; off = false switches it on",
        f"  VM {UUID}",
        "    vm_memory critical.enter = 0.99 (else none)",
    ] == block(output, "Different")


def test_the_file_of_the_machine_is_the_default(tmp_path: Path) -> None:
    """As with the settings."""
    (tmp_path / "none.toml").write_text("[rules.nic_errors]\noff = true\n", encoding="utf-8")

    assert checked().output.startswith(f"{tmp_path / 'none.toml'}: 25 rules in force, 2 off")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[rules.host_memry]\noff = true\n", "rules.host_memry: no such rule; did you mean 'host_memory'?"),
        ("[rules.host_memory]\nof = true\n", "unknown key 'rules.host_memory.of'; did you mean 'off'?"),
    ],
)
def test_a_file_that_cannot_be_used_ends_it(tmp_path: Path, text: str, expected: str) -> None:
    """With the exit status of wrong settings, and one line."""
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    result = checked(str(path))

    assert 78 == result.exit_code
    assert f"kvmgrid-consumer: {path}: {expected}" in result.stderr
    assert "" == result.stdout
