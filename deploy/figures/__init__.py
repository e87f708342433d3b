# SPDX-License-Identifier: Apache-2.0
"""What follows from the declared figures: tables of documents, and the next migration."""
