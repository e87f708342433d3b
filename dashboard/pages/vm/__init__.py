# SPDX-License-Identifier: Apache-2.0
"""The page of one VM, whatever host it ran on and whatever it was called."""
