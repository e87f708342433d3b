# SPDX-License-Identifier: Apache-2.0
"""The demo: the whole pipeline on one machine, with the lab's services, three real VMs and a simulated fleet.

``python -m deploy.demo`` is for people. The end-to-end tests use the same parts: ``Pipeline`` prepares
broker and database and starts publisher, consumer and dashboard as processes of their own.
"""
