# SPDX-License-Identifier: Apache-2.0
"""The publisher: samples one hypervisor host and its domains and publishes the samples to RabbitMQ."""
