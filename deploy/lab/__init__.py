# SPDX-License-Identifier: Apache-2.0
"""The lab: real RabbitMQ, PostgreSQL with TimescaleDB, libvirt and QEMU guests, without Docker; root only.

In tests, one private instance each, gone with the process that made it (docs/lab.md has the whole list)::

    from deploy.lab.guest import DEFAULT_GUESTS, Guests
    from deploy.lab.libvirt_daemon import LibvirtDaemon
    from deploy.lab.postgresql import PostgreSql
    from deploy.lab.rabbitmq import RabbitMq

    with RabbitMq.start() as broker, PostgreSql.start() as server, LibvirtDaemon.start() as daemon:
        broker.admin.add_virtual_host("kvmgrid")             # broker_users.py: the management interface
        broker.admin.add_publisher("web-1", "secret", "kvmgrid")
        broker.admin.add_consumer("kvmgrid-consumer", "secret", "kvmgrid")
        broker.amqp_url("web-1", "secret", "kvmgrid")        # without arguments: the administrator's
        server.admin.create_role("owner", "secret")          # database_admin.py
        server.admin.create_database("kvmgrid", owner="owner")
        server.database_url("owner", "secret", "kvmgrid")
        with Guests(daemon) as guests:                       # guest.py; clients use daemon.uri_read_only
            guests.define(*DEFAULT_GUESTS)
            guests.start("web-1")
            guests.freeze("web-1")                           # SIGSTOP of its QEMU, guests.guest_pid("web-1")
        broker.stop(), broker.launch(), broker.kill()        # every instance; same ports and data
        broker.freeze(), broker.thaw(), broker.pids(), broker.log_path

`lab.lab()` starts all of it side by side. `services.broker()` and `services.database()` take the servers of
the environment first, for whoever needs none to break. The root folder is built on first use (a minute);
`make setup` does it beforehand.
"""
