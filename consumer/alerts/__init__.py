# SPDX-License-Identifier: Apache-2.0
"""What the rules of alerts make of the stored figures."""
