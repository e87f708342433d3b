# SPDX-License-Identifier: Apache-2.0
"""The contract between publishers and consumers: structs, codec, exchange names and routing keys.

The only part of ``publisher`` that other packages import. It depends on msgspec and the standard
library, so that importing it loads neither pika nor libvirt.
"""
