# SPDX-License-Identifier: Apache-2.0
"""The VMs as a table whose rows are fetched as they are needed."""
