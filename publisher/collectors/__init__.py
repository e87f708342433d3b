# SPDX-License-Identifier: Apache-2.0
"""Collectors: one module per subject of the host, each parsing kernel text into a frozen reading."""
