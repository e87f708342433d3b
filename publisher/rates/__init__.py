# SPDX-License-Identifier: Apache-2.0
"""Rates: the one place where counters are differenced. Pure functions, one module per subject.

A rate covers a measured monotonic interval within one boot (host) or one start (domain). After a
reset, a gap or a first reading it is None: never negative, never 0 by guess.
"""
