# SPDX-License-Identifier: Apache-2.0
"""Hosts and VMs by what is known of their names: the field in the bar of every page."""
