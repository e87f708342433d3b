# SPDX-License-Identifier: Apache-2.0
"""Requests and answers over HTTP: what may come in, who works on it, how long an answer is kept."""
