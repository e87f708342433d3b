# SPDX-License-Identifier: Apache-2.0
"""What a scenario file says: purpose, subject, steps in time, expectations. Unknown keys are refused.

``kind = "level"`` drives a load through levels and compares what was stored with what was true.
``kind = "change"`` does things to VMs and measures how long each takes to show in the database.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from loadgen.errors import ScenarioError

FOLDER = Path(__file__).with_name("catalogue")

Ratio = Annotated[float, Meta(ge=0, le=1)]
Bytes = Annotated[int, Meta(gt=0)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Action = Literal["load", "pause", "resume", "freeze", "thaw", "kill", "start", "move"]


class DomainCpu(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="domain_cpu"
):
    """The processor of a VM, told over its channel; levels are shares of all its virtual processors."""

    domain: Name


class HostMemory(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="host_memory"
):
    """The memory in use on the host, the generator's included; levels are bytes or shares of all memory.

    ``reserve_bytes`` of MemAvailable are never touched.
    """

    backing: Literal["anonymous", "memfd"] = "anonymous"
    reserve_bytes: Bytes = 1024**3


class DiskBusy(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="disk_busy"
):
    """The busy time of the device that holds a file in ``folder``, under direct I/O."""

    folder: Path = Path("/var/tmp")  # noqa: S108 - mkstemp makes the name
    direction: Literal["read", "write"] = "read"
    file_bytes: Bytes = 128 * 1024**2
    request_bytes: Annotated[int, Meta(ge=4096, multiple_of=4096)] = 512 * 1024


Subject = DomainCpu | HostMemory | DiskBusy


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level for a while, as a share or in bytes."""

    duration_seconds: Seconds
    level_ratio: Ratio | None = None
    level_bytes: Bytes | None = None

    def __post_init__(self) -> None:
        """Refuse a step without a level, and one with two."""
        if (self.level_ratio is None) == (self.level_bytes is None):
            raise ValueError("a step has either level_ratio or level_bytes")


class LevelExpectation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``error_ratio``: how far the stored mean of a step may be from the true one.

    ``reach_below_ratio`` and ``reach_above_ratio`` say how far the true mean may be from what was commanded.
    ``late_seconds`` says how late the generator may be. Beyond these the run is invalid, not failed.
    """

    error_ratio: Ratio
    reach_below_ratio: Ratio = 0.05
    reach_above_ratio: Ratio = 0.05
    late_seconds: Seconds = 2.0


class LevelScenario(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="level"
):
    """A load through levels. Samples that begin within ``settle_seconds`` of a step's begin do not count."""

    purpose: Name
    seed: int
    subject: Subject
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    expect: LevelExpectation
    settle_seconds: Annotated[float, Meta(ge=0)] = 3.0

    def __post_init__(self) -> None:
        """Refuse bytes where only shares have a meaning, and steps that hold no sample."""
        if not isinstance(self.subject, HostMemory) and any(step.level_ratio is None for step in self.steps):
            raise ValueError("only the levels of host_memory may be bytes")
        if any(step.duration_seconds <= self.settle_seconds for step in self.steps):
            raise ValueError("each step lasts longer than settle_seconds")


class Shows(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a change shows: a column of the view ``domains_now`` has a value, within so many ticks.

    Exactly one of ``among`` (texts), ``above`` and ``risen_by`` (numbers; the latter counts from the moment
    before the action). ``domain`` is the VM that shows it, without it the one acted on.
    """

    column: Name
    within_ticks: Annotated[float, Meta(gt=0)]
    domain: Name | None = None
    among: tuple[str, ...] | None = None
    above: float | None = None
    risen_by: float | None = None

    def __post_init__(self) -> None:
        """Refuse no condition, and two."""
        if sum(each is not None for each in (self.among, self.above, self.risen_by)) != 1:
            raise ValueError("shows has one of among, above and risen_by")


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One action on a VM and how it shows. ``load`` is what the action "load" tells the guest."""

    action: Action
    domain: Name
    shows: Shows
    load: Name | None = None

    def __post_init__(self) -> None:
        """Refuse a load without its action, and the action without a load."""
        if (self.action == "load") != (self.load is not None):
            raise ValueError('load belongs to the action "load"')


class ChangeScenario(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="change"
):
    """Changes, one after the other, each after ``settle_seconds`` in which what was before can show."""

    purpose: Name
    seed: int
    changes: Annotated[tuple[Change, ...], Meta(min_length=1)]
    settle_seconds: Annotated[float, Meta(ge=0, le=600)] = 0.0


Scenario = LevelScenario | ChangeScenario


def names() -> list[str]:
    """Return the names of the scenarios that come with kvmgrid."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(name_or_path: str) -> Scenario:
    """Return a scenario by name or from a file; raise ScenarioError."""
    path = FOLDER / f"{name_or_path}.toml" if name_or_path in names() else Path(name_or_path)
    try:
        return decode(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"no scenario {name_or_path!r}; there are: {', '.join(names())}") from error
    except (ScenarioError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from error


def decode(text: str) -> Scenario:
    """Return the scenario in the text of a file; raise ScenarioError with the place of the first fault."""
    try:
        # msgspec has no type for a union of structs.
        scenario: Scenario = msgspec.convert(tomllib.loads(text), Scenario, dec_hook=_path)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ScenarioError(str(error)) from error
    return scenario


def _path(kind: type[Path], value: object) -> Path:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise ValueError(f"Expected a path, got {value!r}")
