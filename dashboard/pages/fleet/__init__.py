# SPDX-License-Identifier: Apache-2.0
"""The grid: a card per hypervisor."""
