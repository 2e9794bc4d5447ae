"""Least rights: each service's database role, broker user and container tries what it must not; nothing succeeds."""

from __future__ import annotations

import asyncio
import json

import aio_pika
import aiormq.exceptions
import asyncpg
import pytest

from services import together
from services.operations import broker, secretfiles
from shared.contracts import wiring
from shared.contracts.registry import EVENTS
from shared.messaging import topology
from tests.support import compose
from tests.support.composed import Composed

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]
PARTS = tuple(together.PARTS)
REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidAuthorizationSpecificationError)
NEVER = (
    "create table mine (id int)",
    "create temporary table mine (id int)",
    "create schema mine",
    "create extension citext",
    "create role mine",
    "create database mine",
    "drop table outbox",
    "alter table outbox add column mine int",
    "alter table outbox disable trigger all",
    "truncate outbox",
    "insert into schema_migrations (area, version, name, sha256) values ('x', 1, 'x', 'x')",
    "delete from schema_migrations",
    "select * from pg_authid",
    "select pg_read_file('/etc/passwd')",
    "copy outbox to program 'cat'",
    "set session_replication_role = replica",
)
AS_OTHERS = ("postgres", *(f"{name}_owner" for name in PARTS), *PARTS)
REGISTER = (
    "activity",
    "activity_rest",
    "entry",
    "leaf",
    "node",
    "checkpoint",
    "sealing_key",
    "subject_key",
    "tombstone",
)
ON_THE_REGISTER = (
    "update {} set {} = null",
    "delete from {}",
    "truncate {}",
    "drop table {}",
    "alter table {} add column mine int",
)


async def succeeded(connection: asyncpg.Connection, statements) -> list[str]:
    """Try each, rolled back whatever comes of it, and give those that were not refused for want of a right."""
    done = []
    for sql in statements:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(sql)
            done.append(sql)
        except REFUSED:
            pass
        finally:
            await transaction.rollback()
    return done


@pytest.mark.parametrize("name", PARTS)
async def test_role_of_a_service_can_change_nothing_but_its_rows(system: Composed, name) -> None:
    connection = await asyncpg.connect(system.as_role(name, name))
    try:
        alone = tuple(sql for sql in NEVER if not sql.startswith("create database"))
        assert await succeeded(connection, alone) == []
        assert await succeeded(connection, [f"set role {other}" for other in AS_OTHERS if other != name]) == []
        with pytest.raises(REFUSED):
            await connection.execute("create database mine")
        assert await connection.fetchval("select count(*) from outbox") >= 0
    finally:
        await connection.close()


@pytest.mark.parametrize("name", PARTS)
async def test_role_of_a_service_enters_no_other_database(system: Composed, name) -> None:
    entered = []
    for other in (*(one for one in PARTS if one != name), "postgres", "template1"):
        try:
            connection = await asyncpg.connect(system.as_role(name, other))
        except REFUSED:
            continue
        entered.append(other)
        await connection.close()
    assert entered == []


async def test_role_of_audit_cannot_change_what_the_register_holds(system: Composed) -> None:
    admin = await asyncpg.connect(system.addresses["audit"])
    months = await admin.fetch("select relname from pg_class where relispartition and relkind = 'r'")
    columns = dict(
        await admin.fetch(
            "select distinct on (relname) relname, attname from pg_attribute join pg_class on attrelid = pg_class.oid "
            "where attnum > 0 and relnamespace = 'public'::regnamespace order by relname, attnum desc"
        )
    )
    await admin.close()
    tables = sorted({*REGISTER, *(row["relname"] for row in months)})
    assert len(tables) > len(REGISTER)
    connection = await asyncpg.connect(system.as_role("audit", "audit"))
    try:
        tried = [sql.format(table, columns[table]) for table in tables for sql in ON_THE_REGISTER]
        assert await succeeded(connection, tried) == []
        inserts = [f"insert into {row['relname']} select * from activity limit 1" for row in months]
        assert await succeeded(connection, inserts) == []
        assert await succeeded(connection, ["select drop_activity_month(now()::date)"]) == []
    finally:
        await connection.close()


async def refused(connection, attempt) -> bool:
    """Tell whether the broker refused, by closing the channel, what is tried on it."""
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    try:
        async with asyncio.timeout(10):
            await attempt(channel)
    except (aiormq.exceptions.ChannelAccessRefused, aio_pika.exceptions.ChannelClosed):
        return True
    await channel.close()
    return False


async def say(channel, exchange: str, key: str) -> None:
    """Publish to an exchange without asking anything about it before."""
    place = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
    await place.publish(aio_pika.Message(b"{}"), key, mandatory=False, timeout=5)


async def take(channel, queue: str) -> None:
    place = await channel.get_queue(queue, ensure=False)
    await place.get(no_ack=True, fail=False, timeout=5)


def attempts(service: str):
    """Name what a service's user must not do, each with the call that tries it."""
    mine = {name for name, _ in topology.queues_of(service)} if service in wiring.WIRING else set()
    queues = [name for consumer in wiring.WIRING for name, _ in topology.queues_of(consumer)]
    foreign = [name for name in EVENTS if not name.startswith(f"{service}.")]
    for key in (*foreign, f"{service}x.y", "x", f"x.{service}.y"):
        for exchange in broker.EXCHANGES:
            yield f"say {key} to {exchange}", lambda channel, to=exchange, key=key: say(channel, to, key)
    for exchange in (wiring.PARKED_EXCHANGE, "amq.topic", "amq.direct", ""):
        yield f"say to {exchange or 'any queue'}", lambda channel, exchange=exchange: say(channel, exchange, queues[0])
    for queue in queues:
        if queue not in mine:
            yield f"read {queue}", lambda channel, queue=queue: take(channel, queue)
            yield f"purge {queue}", lambda channel, queue=queue: _purge(channel, queue)
        yield f"delete {queue}", lambda channel, queue=queue: channel.queue_delete(queue)
        yield f"unbind {queue}", lambda channel, queue=queue: _unbind(channel, queue)
    yield "make a queue", lambda channel: channel.declare_queue("mine", durable=True)
    yield "make a nameless queue", lambda channel: channel.declare_queue(exclusive=True)
    yield "make an exchange", lambda channel: channel.declare_exchange("mine")
    yield "delete the exchange", lambda channel: channel.exchange_delete(broker.EXCHANGES[0])


async def _purge(channel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).purge()


async def _unbind(channel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).unbind(broker.EXCHANGES[0], "#")


@pytest.mark.parametrize("service", secretfiles.SPEAKING)
async def test_broker_user_of_a_service_says_only_its_own_and_reads_only_its_own(system: Composed, service) -> None:
    connection = await aio_pika.connect(await system.project.broker(service), timeout=10)
    async with connection:
        done = [what for what, attempt in attempts(service) if not await refused(connection, attempt)]
        assert done == []
        # It is no empty refusal: what services say of themselves all day, the journeys show, goes through.
        assert not await refused(connection, lambda channel: channel.get_exchange(broker.EXCHANGES[0], ensure=True))


async def test_broker_users_have_no_way_into_its_management(system: Composed) -> None:
    container = (await system.project.containers("rabbitmq"))[0]
    users = json.loads(
        await compose.docker("exec", container, "rabbitmqctl", "-q", "list_users", "--formatter", "json")
    )
    tags = {user["user"]: user["tags"] for user in users}
    assert {name for name, tag in tags.items() if tag} == {secretfiles.ADMIN}
    assert set(tags) == {secretfiles.ADMIN, *secretfiles.SPEAKING}


@pytest.mark.parametrize("name", [*PARTS, "gateway"])
async def test_container_is_locked_down(system: Composed, name) -> None:
    container = (await system.project.containers(name))[0]
    found = await compose.inspect(container)
    host = found["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Privileged"]) == (True, ["ALL"], False)
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert found["Config"]["User"] not in ("", "0", "root")
    assert host["Memory"] > 0
    assert host["NanoCpus"] > 0
    secret = [path.read_text().strip() for path in system.project.secrets.iterdir()]
    assert not [one for one in secret if one and one in json.dumps(found)]
    script = (
        "id -u; touch /x /app/x /opt/mandat/x 2>&1 | wc -l; command -v gcc cc make git; ls /run/secrets 2>/dev/null"
    )
    said = (await compose.docker("exec", container, "sh", "-c", f"{script}; true")).split()
    assert said[0] != "0"
    assert said[1] == "3"
    assert not {"gcc", "cc", "make", "git"} & {word.rpartition("/")[2] for word in said[2:]}


@pytest.mark.parametrize("name", PARTS)
async def test_container_holds_the_secrets_of_its_service_alone(system: Composed, name) -> None:
    container = (await system.project.containers(name))[0]
    held = set((await compose.docker("exec", container, "ls", "/run/secrets")).split())
    own = {"mandat_database_url"} | ({"mandat_amqp_url"} if name in secretfiles.SPEAKING else set())
    keys = {
        "identity": {"identity.key", "notifications.pub.jwk"},
        "accounts": {"pin.key", "bank.key", "payment.key", "notifications.pub.jwk"},
        "delegation": {"delegation.key"},
        "notifications": {"notifications.jwk", "mandat_smtp_password"},
        "audit": {"register.key"},
        "cadastre": {"cadastre.secret"},
        "permits": {"permits.secret", "payment.key"},
    }
    assert held == own | keys.get(name, set())
