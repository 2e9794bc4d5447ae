"""A register of any size, laid by SQL: surveyors with their delegates, ten years at the most, a million rows a year.

Surveyor 0 is a large firm that has a tenth of all rows and thirty delegates; one has as many rows at any size, spread
over all years; the others share the rest.
"""

from __future__ import annotations

from uuid import UUID

import asyncpg

SURVEYORS = 2_000
DELEGATES = 10_000
A_YEAR = 1_000_000
KINDS = ("lot.reserved", "product.ordered", "closing-date.extended", "survey-file.followed", "cadastre-file.followed")
FIRM, ORDINARY, STEADY = 0, 7, 8
STEADY_ROWS = 500
EVERYTHING = UUID(int=0)

SETTINGS = """
set synchronous_commit = off;
set max_parallel_maintenance_workers = 1;
set maintenance_work_mem = '1GB';
"""
PEOPLE = """
insert into person (id, name, sort, version)
select lpad(to_hex(n + 1), 32, '0')::uuid, 'Prénom Nom' || n, 'prenom nom' || n, 1
from generate_series(0, $1 - 1) as n
"""
MONTHS = """
select create_activity_month(day::date)
from generate_series(
    now() - make_interval(secs => $1 * 31536000.0 / $2), now() + interval '1 month', interval '10 days'
) as day
"""
ENTRIES = """
insert into entry (id, application, key, kind, file_number, performed_by, performed_for, occurred_at, personal)
select
    ('0193' || lpad(to_hex(n), 28, '0'))::uuid, 'cadastre', n::text, ($5::text[])[1 + floor(random() * 5)::int],
    case when chance < 0.9 then (1000000 + floor(random() * $1 / 20))::int::text end,
    lpad(to_hex(
        1 + case when random() < 0.4 then surveyor
        when surveyor = 0 then $2 + floor(random() * 30)::int
        else $2 + 30 + ((surveyor * 3 + floor(random() * 3)::int) % ($3 - 30)) end
    ), 32, '0')::uuid,
    lpad(to_hex(surveyor + 1), 32, '0')::uuid,
    now() - make_interval(secs => ($1 - n) * 31536000.0 / $4),
    true
from (
    select
        n, random() as chance,
        case
            when n % greatest(1, $1::int / $8::int) = 0 then $9
            when random() < 0.1 then 0
            -- Anyone but the firm and the steady one.
            else 1 + ($9 + floor(random() * ($2 - 2))::int) % ($2 - 1)
        end as surveyor
    from generate_series($6::int, $7::int) as n
) as drawn
"""
ACTIVITIES = """
insert into activity (
    seq, id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
    occurred_at, personal, correlation_id
)
select
    seq, entry.id, application, key, kind, file_number, performed_by, one.name, performed_for, other.name,
    occurred_at, personal, seq::text
from entry
inner join person as one on one.id = performed_by
inner join person as other on other.id = performed_for
where seq between $1 and $2
"""
SLICE = 500_000


def person(number: int) -> UUID:
    """Give the id of a surveyor, or from SURVEYORS on of a delegate."""
    return UUID(int=number + 1)


async def lay(connection: asyncpg.Connection, rows: int) -> None:
    """Lay a register of so many rows in an empty database, then have its statistics taken."""
    await connection.execute(SETTINGS)
    await connection.execute("select setseed(0.5)")
    await connection.execute(PEOPLE, SURVEYORS + DELEGATES)
    await connection.fetch(MONTHS, rows, A_YEAR)
    await connection.execute("alter table entry disable trigger user")
    indexes = await connection.fetch(
        "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index"
        " where indrelid = 'entry'::regclass and not indisunique"
    )
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    for start in range(1, rows + 1, SLICE):
        end = min(start + SLICE - 1, rows)
        arguments = (rows, SURVEYORS, DELEGATES, A_YEAR, list(KINDS), start, end, STEADY_ROWS, STEADY)
        await connection.execute(ENTRIES, *arguments, timeout=600)
        await connection.execute(ACTIVITIES, start, end, timeout=600)
    for index in indexes:
        await connection.execute(index["definition"], timeout=1200)
    await connection.execute("alter table entry enable trigger user")
    for table in ("entry", "activity", "person"):
        await connection.execute(f"vacuum (analyze) {table}", timeout=1200)
    await connection.execute("update counted set seq = (select max(seq) from entry)")
    for party in (EVERYTHING, person(FIRM)):
        await connection.execute("select track($1)", party, timeout=1200)
    await connection.execute("vacuum (analyze) tally", timeout=1200)
