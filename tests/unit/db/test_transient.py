"""Which errors are worth another try."""

from __future__ import annotations

import asyncpg
import pytest

from shared.db import pool


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.SerializationError("could not serialize access"),
        asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
        asyncpg.InvalidCachedStatementError("cached statement plan is invalid"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        ConnectionResetError("reset by peer"),
        pool.Unavailable("no connection"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_is_transient_for_conflicts_and_lost_connections_is_true(error: BaseException) -> None:
    assert pool.is_transient(error) is True


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("duplicate key"),
        asyncpg.UndefinedTableError("no such table"),
        asyncpg.QueryCanceledError("canceling statement due to statement timeout"),
        asyncpg.InvalidPasswordError("password authentication failed"),
        asyncpg.InterfaceError("another operation is in progress"),
        FileNotFoundError("no such file"),
        ValueError("not ours"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_is_transient_for_errors_that_come_again_is_false(error: BaseException) -> None:
    assert pool.is_transient(error) is False
