"""What operators run on a living system: status, setup again, keys, levels of the log."""

from __future__ import annotations

import pytest

from services import together
from tests.support import compose
from tests.support.composed import Composed
from tests.support.gateways import until_it_can

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]


async def test_status_is_good_when_all_is_well_and_names_what_is_wrong(system: Composed) -> None:
    async def good() -> None:
        said = await system.project.operate("status")
        for name in together.PARTS:
            assert f"{name} " in said

    await until_it_can(good, 60)
    audit = (await system.project.containers("audit"))[0]
    await compose.docker("stop", audit)
    try:
        with pytest.raises(compose.Failed) as raised:
            await system.project.operate("status")
        assert "ended with 1" in str(raised.value)
    finally:
        await compose.docker("start", audit)


async def test_setup_again_finds_nothing_to_do(system: Composed) -> None:
    said = await system.project.operate("setup")
    for name in together.PARTS:
        assert f"{name}: nothing new" in said


async def test_signing_keys_are_replaced_while_people_work(system: Composed) -> None:
    jean = await system.world.newcomer("Jean", "Piette")
    keys = {key["kid"] for key in (await jean.caller.get("/identity/.well-known/jwks.json"))["keys"]}
    await system.project.operate("keys", "sign", "identity")
    after = {key["kid"] for key in (await jean.caller.get("/identity/.well-known/jwks.json"))["keys"]}
    assert keys < after
    assert (await jean.caller.get("/identity/v1/me"))["username"] == jean.username
    assert (await (await system.world.sign_in(jean)).caller.get("/delegation/v1/me"))["surveyor"] is None


async def test_sealing_again_with_no_new_key_changes_nothing(system: Composed) -> None:
    said = await system.project.operate("keys", "reseal")
    assert "identity: 0 signing keys sealed again" in said
    assert "accounts: 0 PINs of licences sealed again" in said


async def test_log_is_louder_from_one_signal_to_the_next(system: Composed) -> None:
    for level in ("debug", "info"):
        await system.project.compose("kill", "--signal", "USR1", "delegation")

        async def said(level: str = level) -> None:
            if f'"to": "{level}"' not in await system.project.logs("delegation"):
                raise OSError(f"no line says {level}")

        await until_it_can(said)
    answer = await system.world.anonymous.call("GET", "/delegation/v1/services")
    assert answer.status == 200
