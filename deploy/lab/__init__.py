# SPDX-License-Identifier: Apache-2.0
"""The lab: real RabbitMQ, PostgreSQL with TimescaleDB, libvirt and QEMU guests here, without Docker.

In tests, one private instance each, gone with the process that made it::

    from deploy.lab.rabbitmq import RabbitMq
    from deploy.lab.postgresql import PostgreSql

    with RabbitMq.start() as broker, PostgreSql.start() as postgresql:
        broker.admin.add_virtual_host("kvmgrid")             # broker_users.py: the management interface
        broker.admin.add_publisher("web-1", "secret", "kvmgrid")
        broker.admin.add_consumer("kvmgrid-consumer", "secret", "kvmgrid")
        broker.amqp_url("web-1", "secret", "kvmgrid")        # without arguments: the administrator's
        postgresql.admin.create_role("owner", "secret")      # database_admin.py
        postgresql.admin.create_database("kvmgrid", owner="owner", template=None)
        postgresql.database_url("owner", "secret", "kvmgrid")
        broker.stop(); broker.launch(); broker.restart(); broker.kill()     # same ports and data
        broker.freeze(); broker.thaw(); broker.pids(); broker.log_path

Servers given by the environment come first when a test does not need to break them: `services.broker()` and
`services.database()`. The root folder is built on first use (a minute), `python -m deploy.lab build` does it
beforehand.
"""
