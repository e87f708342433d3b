# SPDX-License-Identifier: Apache-2.0
"""Python's own settings, for a process that reads messages of any shape."""

import ctypes
import gc
import sys
import threading
from collections.abc import Callable

from publisher.wire.codec import MAX_BODY_BYTES

# pika reads nested headers by recursion. One frame of 128 KiB holds up to 26,000 levels of them, at three
# calls each. At Python's own limit of 1,000 any sender could break every consumer's connection.
RECURSION_LIMIT = 100_000
# Room for decoders in C that recurse as deep (Python 3.11 has one limit for both). Reserved, not used.
STACK_BYTES = 512 * 1024 * 1024

# glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def allow_deep_recursion() -> None:
    """Let threads that begin from now on read headers as deep as a frame can nest them."""
    sys.setrecursionlimit(RECURSION_LIMIT)
    threading.stack_size(STACK_BYTES)


def on_large_stack(action: Callable[[], None]) -> None:
    """Run ``action`` on a thread, whose stack may be chosen, while this one waits for signals."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again below: a thread's own end goes unseen
            errors.append(error)

    thread = threading.Thread(target=guarded, name="storing")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def tune_interpreter() -> None:
    """Suit the interpreter to one thread that computes and two that wait for sockets."""
    # An answer of the server waits for the interpreter for up to one interval, some thirty times a flush.
    # With Python's 5 ms that was half of the time a flush took.
    sys.setswitchinterval(0.0002)
    # A flush is tens of thousands of objects without a cycle. Python's default, a search for cycles every 700
    # objects, would look at them again and again. ``collect_cycles`` searches by the clock instead.
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 5, 5)
    # Blocks of rows are large enough for glibc to give their memory back to the kernel each time. The kernel
    # then clears it again: page faults took half of the time of encoding. Bodies that are too large to be
    # read are given back, since each thread's heap keeps what was freed. Other libraries have no such call.
    if adjust := getattr(ctypes.CDLL(None), "mallopt", None):
        adjust(_M_MMAP_THRESHOLD, MAX_BODY_BYTES)
        adjust(_M_TRIM_THRESHOLD, 64 * 1024 * 1024)


def collect_cycles(ended: threading.Event, period_seconds: float = 60.0) -> None:
    """Search for cycles once a period until ``ended``.

    A connection that was lost is held by its own errors and callbacks, with its descriptor and its buffers.
    Searching takes some 20 ms at 50,000 VMs.
    """
    while not ended.wait(period_seconds):
        gc.collect()
