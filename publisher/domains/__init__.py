# SPDX-License-Identifier: Apache-2.0
"""The domains of a host: libvirt's two tiers become reports once a tick, its events are passed on at once."""
