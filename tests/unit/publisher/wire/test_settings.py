# SPDX-License-Identifier: Apache-2.0
"""Settings: file, then environment; what is wrong is named with its place; secrets come from files."""

from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from consumer.settings import ConsumerSettings
from dashboard.settings import Settings as DashboardSettings
from publisher.settings import PublisherSettings, default_host, load_settings
from publisher.wire.settings import SettingsError, load, read_secret

ROOT = Path(__file__).resolve().parents[4]
EXAMPLE = ROOT / "deploy" / "settings" / "publisher.toml"


def write(folder: Path, text: str) -> Path:
    """Return a settings file with this text."""
    path = folder / "publisher.toml"
    path.write_text(text)
    return path


def refusal(path: Path | None, environment: dict[str, str] | None = None) -> str:
    """Return the message with which settings are refused."""
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {"KVMGRID_HOST": "hv042"} | (environment or {}))
    return str(caught.value)


def test_without_file_and_environment_the_defaults_hold() -> None:
    """A process can start with defaults alone."""
    assert PublisherSettings() == load(PublisherSettings, None, {})


def test_the_example_file_shows_the_defaults() -> None:
    """Every key that the example sets has its default value."""
    expected = load_settings(None, {"KVMGRID_HOST": "hv042"})

    assert expected == load_settings(EXAMPLE, {"KVMGRID_HOST": "hv042"})


def test_the_example_file_shows_every_key(tmp_path: Path) -> None:
    """With its comment marks taken from the keys the example is still valid, and leaves no key out."""
    lines = EXAMPLE.read_text().splitlines()
    keys = [line.removeprefix("# ") if line.startswith("# ") and " = " in line else line for line in lines]
    settings = load(PublisherSettings, write(tmp_path, "\n".join(keys)), {})

    assert [] == unnamed(settings, "\n".join(keys))


def unnamed(settings: object, text: str) -> list[str]:
    """Return the fields of settings, and of their sections, whose names do not stand in a text."""
    names: list[str] = []
    for name in getattr(settings, "__struct_fields__", ()):
        names += [name] if name not in text else unnamed(getattr(settings, name), text)
    return names


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """KVMGRID_SECTION__KEY wins over [section] key, KVMGRID_KEY over a key outside the sections."""
    path = write(tmp_path, 'interval_seconds = 5\n[broker]\nurl = "amqp://a/"\nheartbeat_seconds = 20\n')
    settings = load_settings(
        path,
        {"KVMGRID_HOST": "hv042", "KVMGRID_INTERVAL_SECONDS": "2.5", "KVMGRID_BROKER__URL": "amqp://b/"},
    )

    assert ("hv042", 2.5, "amqp://b/", 20) == (
        settings.host,
        settings.interval_seconds,
        settings.broker.url,
        settings.broker.heartbeat_seconds,
    )


def test_paths_and_lists_are_read(tmp_path: Path) -> None:
    """A path is a path wherever it stands, and a list in the environment is written as in TOML."""
    path = write(tmp_path, '[broker]\npassword_file = "/run/secret"\n')
    settings = load_settings(
        path, {"KVMGRID_HOST": "hv042", "KVMGRID_SOURCES__FILESYSTEMS": '["/images", "/backup"]'}
    )

    assert (Path("/run/secret"), (Path("/images"), Path("/backup"))) == (
        settings.broker.password_file,
        settings.sources.filesystems,
    )


def test_tags_are_read(tmp_path: Path) -> None:
    """Beside the host id; as many as a host may have, as long as they may be."""
    tags = (*(f"rack:a{number}" for number in range(30)), "x" * 64, "0._:-")

    assert tags == load_settings(write(tmp_path, f'host = "hv042"\ntags = {list(tags)}\n'), {}).tags
    assert () == load_settings(write(tmp_path, 'host = "hv042"\n'), {}).tags


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["ssd", "Rack A3"], "tags: 'Rack A3' cannot be a tag: 1 to 64 of a-z, 0-9, '.', '_', ':' and '-'"),
        ([""], "tags: '' cannot be a tag"),
        (["x" * 65], "cannot be a tag"),
        (["ssd\n"], "cannot be a tag"),
        (["ssd", "hdd", "ssd"], "tags: 'ssd' is there more than once"),
        ([f"t{number}" for number in range(33)], "tags: 33 of them; a host has at most 32"),
    ],
)
def test_what_cannot_be_a_tag_is_refused(tmp_path: Path, tags: list[str], expected: str) -> None:
    """The message names the tag and what is wrong with it."""
    assert expected in refusal(write(tmp_path, f"tags = {msgspec.json.encode(tags).decode()}\n"))


@pytest.mark.parametrize("text", ['["/images", "/backup"]', "/images,/backup"])
def test_a_list_in_a_variable_is_written_in_either_way(text: str) -> None:
    """As in TOML, or with commas, for every process."""
    settings = load_settings(None, {"KVMGRID_HOST": "hv042", "KVMGRID_SOURCES__FILESYSTEMS": text})

    assert (Path("/images"), Path("/backup")) == settings.sources.filesystems


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("grid.example.org,grid", ("grid.example.org", "grid")),
        ('["grid.example.org", "grid"]', ("grid.example.org", "grid")),
        ("[::1],grid", ("[::1]", "grid")),
        ("[]", ()),
    ],
)
def test_a_list_of_names_is_written_in_either_way(text: str, hosts: tuple[str, ...]) -> None:
    """An address in brackets is no list; only keys that are lists are read as lists."""
    settings = load(
        DashboardSettings, None, {"KVMGRID_WEB__ALLOWED_HOSTS": text, "KVMGRID_WEB__LISTEN_ADDRESS": "[::1]"}
    )

    assert (hosts, "[::1]") == (settings.web.allowed_hosts, settings.web.listen_address)


def test_variables_of_other_processes_are_ignored() -> None:
    """One environment may serve several processes and the test services."""
    environment = {
        "KVMGRID_HOST": "hv042",
        "KVMGRID_DATABASE__URL": "x",
        "KVMGRID_AMQP_URL": "y",
        "PATH": "/",
    }

    assert "hv042" == load_settings(None, environment).host


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("intervall_seconds = 3", ["unknown key 'intervall_seconds'", "did you mean 'interval_seconds'?"]),
        ("[broker]\npasword_file = '/x'", ["unknown key 'broker.pasword_file'", "mean 'password_file'?"]),
        ("[borker]\nurl = 'x'", ["unknown key 'borker'", "did you mean 'broker'?"]),
        ("[log]\nzzz = 1", ["unknown key 'log.zzz'", "known here: form, level"]),
        ("interval_seconds = 0", ["$.interval_seconds", ">= 1"]),
        ("interval_seconds = 301", ["$.interval_seconds", "<= 300"]),
        ("interval_seconds = 'often'", ["$.interval_seconds", "float"]),
        ("broker = 3", ["$.broker", "object"]),
        ("[broker]\npassword_file = ''", ["$.broker.password_file", "a path"]),
        ("[spool]\ncapacity_bytes = 1000", ["$.spool.capacity_bytes", ">= 33554432"]),
        ("[log]\nlevel = 'loud'", ["$.log.level", "'loud'"]),
        ("interval_seconds = ", ["is not TOML"]),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path: Path, text: str, words: list[str]) -> None:
    """The message names the key, and the nearest known one or what was expected."""
    message = refusal(write(tmp_path, text))

    assert [] == [word for word in words if word not in message]


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"KVMGRID_BROKER__PASWORD_FILE": "/x"}, "did you mean 'password_file'?"),
        ({"KVMGRID_SPOOL__CAPACITY_BYTES": "much"}, "$.spool.capacity_bytes"),
        ({"KVMGRID_SOURCES__FILESYSTEMS": "[broken"}, "is not a TOML list"),
        ({"KVMGRID_BROKER": "x"}, "$.broker"),
    ],
)
def test_a_wrong_variable_is_refused(environment: dict[str, str], word: str) -> None:
    """Variables are checked like the file."""
    assert word in refusal(None, environment)


def test_a_section_that_the_file_makes_a_value_is_refused(tmp_path: Path) -> None:
    """A variable below a key that is no section is an error with a message, not a crash."""
    message = refusal(write(tmp_path, "broker = 3"), {"KVMGRID_BROKER__URL": "amqp://b/"})

    assert "'broker' is a section" in message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that was named must be there."""
    assert "No such file" in refusal(tmp_path / "none.toml")


def test_a_host_name_that_is_no_host_id_is_refused_with_a_proposal() -> None:
    """The message says what a host id is and how it could read."""
    message = refusal(None, {"KVMGRID_HOST": "Rack 1_Node.7"})

    assert ["1 to 63 of a-z", "'rack-1-node-7'"] == [
        word for word in ("1 to 63 of a-z", "'rack-1-node-7'") if word in message
    ]


def test_the_host_defaults_to_the_short_host_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The domain is cut off and capitals become small letters."""
    monkeypatch.setattr("socket.gethostname", lambda: "HV042.example.net")

    assert "hv042" == default_host()
    assert "hv042" == load_settings(None, {}).host


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("KVMGRID_BROKR__URL", "broker"),
        ("KVMGRID_INTERVAL_SECOND", "interval_seconds"),
        ("KVMGRID_SPOOOL__DIRECTORY", "spool"),
        ("KVMGRID_HOSTS", "host"),
        ("KVMGRID_LOGS__LEVEL", "log"),
    ],
)
def test_a_misspelt_section_in_the_environment_is_refused(name: str, nearest: str) -> None:
    """It would have no effect, and nobody would see that."""
    message = refusal(None, {name: "x"})
    assert name in message
    assert f"did you mean {nearest!r}?" in message


KINDS: tuple[type[Struct], ...] = (PublisherSettings, ConsumerSettings, DashboardSettings)


@pytest.mark.parametrize("kind", KINDS)
def test_variables_of_other_processes_are_not_slips_of_the_pen(kind: type[Struct]) -> None:
    """Nothing that another process or the lab reads resembles a key of this one so closely."""
    sections = {field.upper() for other in KINDS for field in other.__struct_fields__}
    others = {"AMQP_URL", "AMQP_MANAGEMENT_URL", "DATABASE_URL", "CACHE", "FAILPOINT"}
    own = {field.upper() for field in kind.__struct_fields__}

    assert kind() == load(kind, None, {f"KVMGRID_{name}": "x" for name in sections - own | others})


def test_a_secret_is_the_file_without_its_line_end(tmp_path: Path) -> None:
    """Editors add a line end; spaces belong to the password."""
    path = tmp_path / "password"
    path.write_text(" s3cret \r\n")

    assert " s3cret " == read_secret(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_an_unreadable_secret_is_named_without_its_content(tmp_path: Path, content: bytes | None) -> None:
    """The message holds the path."""
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError, match=str(path)):
        read_secret(path)
