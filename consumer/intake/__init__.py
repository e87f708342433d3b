# SPDX-License-Identifier: Apache-2.0
"""From deliveries to flushes: admission, preparation, and the rows of one transaction."""
