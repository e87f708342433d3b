# SPDX-License-Identifier: Apache-2.0
"""The state of the pipeline, as broker and database tell it, for people and monitors."""
