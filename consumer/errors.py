# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the consumer, by what is done about it: retry, refuse the message, or end."""


class ConsumerError(Exception):
    """The consumer cannot go on."""


class DatabaseAway(ConsumerError):  # noqa: N818 - names the state, which passes; nothing is wrong with us
    """The database cannot be used now; try again later, lose nothing.

    ``sqlstate`` is the server's code of the error, empty where the connection was lost.
    """

    def __init__(self, detail: str = "", *, sqlstate: str = "") -> None:
        super().__init__(detail)
        self.sqlstate = sqlstate


class DataRefused(ConsumerError):  # noqa: N818 - names what the database did
    """The database will not take these rows, now or later.

    ``certain`` is False where the error does not say whether the rows or the database are at fault.
    """

    def __init__(self, detail: str, *, certain: bool = True) -> None:
        super().__init__(detail)
        self.certain = certain


class SchemaError(ConsumerError):
    """The schema cannot be used, changed or found by this version."""


class ClockWrong(ConsumerError):  # noqa: N818 - names the state, which passes
    """This consumer's clock is wrong; what it stored now would carry wrong times of arrival."""


class BrokerAway(ConsumerError):  # noqa: N818 - names the state, which passes
    """The broker cannot be reached now; try again later."""


class BrokerRefused(ConsumerError):  # noqa: N818 - names what the broker did
    """The broker refuses the login, a right or the queue's arguments; waiting will not help."""
