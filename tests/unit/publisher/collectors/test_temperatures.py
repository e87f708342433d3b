# SPDX-License-Identifier: Apache-2.0
"""Temperatures of CPU and board."""

from pathlib import Path

import msgspec
import pytest

from publisher.collectors.temperatures import TemperatureReading, TemperatureSettings, collect
from publisher.procfs import SourceUnavailableError, SystemTree
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree


class RecordingTree(SystemTree):
    """Notes which files are read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.paths: list[str] = []

    def read_once(self, path: str) -> str:
        """Read and note."""
        self.paths.append(path)
        return super().read_once(path)


def test_the_hottest_package_with_its_own_limit() -> None:
    """Two sockets under one chip name: the hotter one, and its critical limit; cores do not count."""
    expected = TemperatureReading(
        cpu_sensor="coretemp Package id 1", cpu_celsius=74.0, cpu_limit_celsius=98.0
    )
    collected = collect(SystemTree(FIXTURES / "hypervisor"), TemperatureSettings())

    assert expected == collected.reading
    assert "no board sensor is configured" == collected.remark


def test_the_board_is_what_the_settings_name() -> None:
    """Chip and label together."""
    settings = TemperatureSettings(board_chip="nct6775", board_label="MB Temperature")

    assert 38.5 == collect(SystemTree(FIXTURES / "hypervisor"), settings).reading.board_celsius


def test_an_input_that_is_not_connected_is_absent() -> None:
    """SYSTIN reads 121 degrees: no value, and a remark that names it."""
    settings = TemperatureSettings(board_chip="nct6775", board_label="SYSTIN")
    collected = collect(SystemTree(FIXTURES / "hypervisor"), settings)

    assert collected.reading.board_celsius is None
    assert "no plausible value from nct6775 'SYSTIN'" == collected.remark


@pytest.mark.parametrize("millidegrees", ["0", "-55000", "121000", "", "x"])
def test_implausible_values_are_absent(tmp_path: Path, millidegrees: str) -> None:
    """Below 1 and above 120 degrees no sensor is believed: the other socket counts."""
    tree = HostTree("hypervisor", tmp_path)
    tree.write("/sys/class/hwmon/hwmon3/temp1_input", millidegrees)

    assert 61.0 == collect(SystemTree(tree.root), TemperatureSettings()).reading.cpu_celsius


def test_the_maximum_stands_in_for_a_missing_critical_limit(tmp_path: Path) -> None:
    """Without temp1_crit the limit is temp1_max; without both it is absent."""
    tree = HostTree("hypervisor", tmp_path)
    tree.remove("/sys/class/hwmon/hwmon3/temp1_crit")
    assert 88.0 == collect(SystemTree(tree.root), TemperatureSettings()).reading.cpu_limit_celsius

    tree.remove("/sys/class/hwmon/hwmon3/temp1_max")
    assert collect(SystemTree(tree.root), TemperatureSettings()).reading.cpu_limit_celsius is None


def test_the_die_counts_where_control_and_die_differ() -> None:
    """Tctl of some Ryzens is the die plus an offset for the fans: Tdie is the temperature."""
    assert 68.0 == collect(SystemTree(FIXTURES / "zfs"), TemperatureSettings()).reading.cpu_celsius


def test_cores_stand_in_for_a_missing_package(tmp_path: Path) -> None:
    """An old Core chip has core sensors only: the hottest of them."""
    tree = HostTree("hypervisor", tmp_path)
    tree.remove("/sys/class/hwmon/hwmon3")
    tree.write("/sys/class/hwmon/hwmon1/temp1_label", "Core 1\n")

    assert 90.0 == collect(SystemTree(tree.root), TemperatureSettings()).reading.cpu_celsius


def test_the_folder_layout_of_old_drivers_is_read() -> None:
    """hwmonN/device/name, an input without label, and a board chip there."""
    settings = TemperatureSettings(board_chip="asus_atk0110", board_label="MB Temperature")
    expected = TemperatureReading(
        cpu_sensor="k10temp temp1", cpu_celsius=47.5, cpu_limit_celsius=70.0, board_celsius=33.0
    )

    assert expected == collect(SystemTree(FIXTURES / "ancient"), settings).reading


def test_a_thermal_zone_stands_in_for_a_chip() -> None:
    """A board without hwmon: the CPU's zone, not the GPU's."""
    assert (
        TemperatureReading(cpu_sensor="cpu-thermal thermal_zone0", cpu_celsius=52.3)
        == collect(SystemTree(FIXTURES / "thermal_zone"), TemperatureSettings()).reading
    )


def test_a_machine_without_sensors_says_so() -> None:
    """A virtual machine has no hwmon at all."""
    with pytest.raises(SourceUnavailableError, match="no CPU temperature sensor"):
        collect(SystemTree(FIXTURES / "container"), TemperatureSettings())


def test_only_wanted_chips_are_read() -> None:
    """No input of the NVMe drive or of an unwanted board chip is touched: reading may stall the drive."""
    tree = RecordingTree(FIXTURES / "hypervisor")
    collect(tree, TemperatureSettings())
    touched = {path for path in tree.paths if "hwmon0" in path or "hwmon2" in path}

    assert {"/sys/class/hwmon/hwmon0/name", "/sys/class/hwmon/hwmon2/name"} == {
        path for path in touched if not path.endswith("device/name")
    }


def test_an_excluded_chip_is_not_read() -> None:
    """The operator may rule out a chip that is slow or wrong."""
    tree = RecordingTree(FIXTURES / "hypervisor")
    with pytest.raises(SourceUnavailableError):
        collect(tree, TemperatureSettings(excluded_chips=("coretemp",)))

    assert [] == [path for path in tree.paths if path.endswith("_input")]


@pytest.mark.parametrize("period_seconds", [0, -1, 9.9, 601, float("nan")])
def test_a_period_that_would_hammer_the_sensors_is_refused(period_seconds: float) -> None:
    """The settings take 10 s to 10 min."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"period_seconds": period_seconds}, TemperatureSettings)
