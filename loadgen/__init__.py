# SPDX-License-Identifier: Apache-2.0
"""The load generator: simulates fleets so that the monitor can prove itself."""
