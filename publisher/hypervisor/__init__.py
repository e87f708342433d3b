# SPDX-License-Identifier: Apache-2.0
"""libvirt: the only package that imports it. Its objects never leave this package, its errors neither.

Any call made here can block for ever (a stopped QEMU, a frozen daemon) and cannot be cancelled. Freeing the
last reference to a connection is such a call: it sends "close". Each connection is therefore used, closed and
dropped on one worker thread (publisher.domains.worker). What leaves a connection is plain data. Only
read-only connections are made.
"""
