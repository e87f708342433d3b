# SPDX-License-Identifier: Apache-2.0
"""The simulated fleet: what hosts and VMs would report, now and in the past, and its way to the broker."""
