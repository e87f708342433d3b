# SPDX-License-Identifier: Apache-2.0
"""An archive that does not answer is told before debootstrap tries for minutes."""

import pytest

from deploy.lab.errors import NoNetworkError
from deploy.lab.rootfs import check_answers


def test_an_archive_that_does_not_answer_is_named() -> None:
    """The message says what was asked for."""
    url = "http://127.0.0.1:1/debian/dists/trixie/InRelease"
    with pytest.raises(NoNetworkError, match=r"no network: .*127\.0\.0\.1:1/debian/dists/trixie/InRelease"):
        check_answers(url, {"http_proxy": "", "no_proxy": "*"})


def test_an_archive_in_a_folder_is_not_asked() -> None:
    """What debootstrap copies needs no network."""
    check_answers("file:///nowhere/dists/trixie/InRelease", {})
