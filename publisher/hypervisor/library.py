# SPDX-License-Identifier: Apache-2.0
"""The libvirt library of this process: imported at first use, quiet, with its event loop on a thread.

libvirt wants the event loop registered before the first connection opens. Without a running loop keepalive
cannot notice a dead daemon. Both are global to the process in libvirt, hence the one module-level record
here.
"""

import importlib
import threading
from typing import Any

from publisher.hypervisor.errors import LibvirtMissingError
from publisher.logs import Log

# The loop returns when a timer fires or a descriptor is ready; without any timer it may never return.
_TIMER_MILLISECONDS = 2_000

_log = Log("hypervisor")
_preparing = threading.Lock()
_prepared = threading.Event()


def load() -> Any:
    """Return the libvirt module, ready for connections; raise LibvirtMissingError."""
    try:
        libvirt = importlib.import_module("libvirt")
    except ImportError as error:
        raise LibvirtMissingError(f"{LibvirtMissingError.__doc__} ({error})") from error
    with _preparing:  # held while calls of the library run that touch no connection and cannot block
        if not _prepared.is_set():
            _prepare(libvirt)
            _prepared.set()
    return libvirt


def _prepare(libvirt: Any) -> None:
    # Otherwise libvirt prints every failed call to standard error, expected ones too.
    libvirt.registerErrorHandler(lambda _context, _error: None, None)
    libvirt.virEventRegisterDefaultImpl()
    libvirt.virEventAddTimeout(_TIMER_MILLISECONDS, lambda _timer, _opaque: None, None)
    threading.Thread(target=_run, args=(libvirt,), name="libvirt-events", daemon=True).start()


def _run(libvirt: Any) -> None:
    pause = threading.Event()
    while True:
        try:
            libvirt.virEventRunDefaultImpl()
        except libvirt.libvirtError as error:
            # Nothing known makes poll() fail here; if it does, a pause keeps the thread from spinning.
            _log.failure("event_loop_failed", error)
            pause.wait(1.0)
