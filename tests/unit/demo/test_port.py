# SPDX-License-Identifier: Apache-2.0
"""The port of the demo as it is given on the command line."""

import pytest
from click.testing import CliRunner

from deploy.demo.__main__ import main


@pytest.mark.parametrize("port", ["abc", "0", "65536", "9" * 5000, "-1", "", "8050.0", "\u0668\u0660"])
def test_what_is_no_port_is_refused_with_what_is_one(port: str) -> None:
    """Nothing is started, and the message says what may be given."""
    result = CliRunner().invoke(main, ["--port", port])

    assert 2 == result.exit_code
    assert "is no port: a number from 1 to 65535 is" in result.output
