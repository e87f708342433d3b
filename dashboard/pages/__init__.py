# SPDX-License-Identifier: Apache-2.0
"""The pages. Each module has an address, element ids, ``layout`` without queries and ``register``."""
