# SPDX-License-Identifier: Apache-2.0
"""Tests of the whole grid. A package, so that what its tests share ends with the last of them."""
