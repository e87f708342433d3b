# SPDX-License-Identifier: Apache-2.0
"""The commands that the demo prints for another terminal."""

import shlex
from pathlib import Path

from deploy.demo.legend import looking_closer


def test_commands_name_scripts_that_exist_and_the_settings_of_the_demo() -> None:
    """They can be copied as they stand, whatever the folder is called."""
    folder = Path("/var/lib/the demo")
    commands = [shlex.split(command) for command in looking_closer(folder)]

    assert [["once"], ["check"], ["status"]] == [words[1:2] for words in commands]
    for script, _, option, settings in commands:
        role = Path(script).name.removeprefix("kvmgrid-")
        assert Path(script).exists()
        assert ("--config", str(folder / f"{role}.toml")) == (option, settings)
