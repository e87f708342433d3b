# SPDX-License-Identifier: Apache-2.0
"""The consumer: reads sample batches and events from RabbitMQ and writes them to TimescaleDB."""
