# SPDX-License-Identifier: Apache-2.0
"""The rule language of health and alerts: rules as data, the figures that they may name, overrides. Pure."""
