# SPDX-License-Identifier: Apache-2.0
"""The link to RabbitMQ: deliveries in, acknowledgements out."""
