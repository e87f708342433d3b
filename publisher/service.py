# SPDX-License-Identifier: Apache-2.0
"""``run`` behind the command line: an interpreter that holds what publishing needs and nothing else.

``kvmgrid-publisher run`` replaces itself by ``python -m publisher.service FILE``. The process keeps its
number and loses the two megabytes of the command line's library. An empty FILE means the default settings
file. No module of ours imports this one: to do so changes what pika offers.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from publisher.pika_trimming import keep_blocking_out

# Before the first import of pika.
keep_blocking_out()

from publisher import logs  # noqa: E402 - see above
from publisher.errors import SpoolInUseError, SpoolRefusedError  # noqa: E402 - see above
from publisher.exit_codes import ExitCode  # noqa: E402 - see above
from publisher.process import Publisher, leave  # noqa: E402 - see above
from publisher.settings import load_settings  # noqa: E402 - see above
from publisher.wire.settings import SettingsError  # noqa: E402 - see above


def main() -> NoReturn:
    """Publish until a signal comes; end with one of the exit statuses of the command line."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else None
    try:
        leave(publish(path, os.environ))
    except SettingsError as error:
        _fail(error, ExitCode.SETTINGS)
    except SpoolInUseError as error:
        _fail(error, ExitCode.TEMPORARY)
    except SpoolRefusedError as error:
        _fail(error, ExitCode.PERMISSION if error.permission else ExitCode.TEMPORARY)


def publish(path: Path | None, environment: Mapping[str, str]) -> ExitCode:
    """Run a publisher to its end; raise SettingsError or SpoolRefusedError if it cannot begin."""
    settings = load_settings(path, environment)
    logs.configure(settings.log, host=settings.host)
    Publisher(settings).run()
    return ExitCode.OK


def _fail(error: Exception, code: ExitCode) -> NoReturn:
    sys.stderr.write(f"kvmgrid-publisher: {error}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
