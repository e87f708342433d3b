# SPDX-License-Identifier: Apache-2.0
"""The name of the lab's root folder follows from its definition, its place from the environment."""

from pathlib import Path

import pytest

from deploy.lab.definition import DEFINITION, cache_directory


def test_another_definition_has_another_key() -> None:
    """Each part of the definition takes part in the key, which is stable otherwise."""
    others = [
        DEFINITION._replace(suite="forky"),
        DEFINITION._replace(packages=(*DEFINITION.packages, "extra")),
        DEFINITION._replace(guest_kernel_package="linux-image-amd64"),
        DEFINITION._replace(recipe_version=DEFINITION.recipe_version + 1),
    ]

    assert 5 == len({DEFINITION.key, *(other.key for other in others)})
    assert DEFINITION.key == DEFINITION._replace().key


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"KVMGRID_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a/lab")),
        ({"XDG_CACHE_HOME": "/b"}, Path("/b/kvmgrid/lab")),
        ({"HOME": "/c"}, Path("/c/.cache/kvmgrid/lab")),
    ],
)
def test_the_cache_follows_the_environment(
    variables: dict[str, str], expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KVMGRID_CACHE comes before XDG_CACHE_HOME, which comes before the home directory."""
    for name in ("KVMGRID_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert expected == cache_directory()
