# SPDX-License-Identifier: Apache-2.0
"""Scenarios: a known load or change, the truth about it, and how far off what kvmgrid stored was."""
