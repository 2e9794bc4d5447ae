"""Logs hold no secrets, whatever is logged, and a line is a line."""

from __future__ import annotations

import json
import logging as stdlib

import pytest
import structlog

from shared import logging, requests

TOKEN = "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
SEALED = "eyJhbGciOiJFQ0RILUVTIn0.a2V5.aXY.Y2lwaGVy.dGFn"
SECRETS = [
    ("password", "sapin-lunette-riviere-47"),
    ("new_password", "sapin-lunette-riviere-47"),
    ("refresh_token", "abcdef"),
    ("client_secret", "abcdef"),
    ("pin", "M5D-C58-TA2"),
    ("Authorization", "Bearer abcdef"),
    ("Cookie", "session=abcdef"),
    ("sealed", "abcdef"),
    ("dsn", "postgresql://u:abcdef@h/d"),
    ("api_key", "abcdef"),
]
TEXTS = [
    f"token {TOKEN} seen",
    f"sealed {SEALED}",
    "Authorization: Bearer abcdef.ghi",
    "Basic dXNlcjpwYXNz",
    "amqp://guest:hunter2@rabbit:5672/",
    "postgresql://identity:hunter2@db/identity",
    "https://mandat.example.com/verify?token=abcdef&x=1",
    "PIN M5D-C58-TA2 sent",
    "M5D-C58-TA2",
    "222-333-444",
    "a/222-333-444/b",
    "https://mandat.example.com/v#token=abcdef",
    "grant_type=refresh_token&refresh_token=abcdef",
    "Credentials(username='jean', password='abcdef')",
    '{"client_secret": "abc\\"def abcdef"}',
    "Failing row contains (1, sapin (x), abcdef).",
    "Key (email)=(abcdef@example.com) already exists.",
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
]
PARTS = ["abcdef", "hunter2", "C58", "333", "sapin", "dXNlcjpwYXNz", TOKEN, SEALED, "c2FsdA"]


@pytest.fixture
def lines(capsys):
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.reset_defaults()
    stdlib.getLogger().handlers.clear()


def assert_clean(text: str) -> None:
    assert [part for part in PARTS if part in text] == []


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_scrub_hides_what_stands_under_a_telling_name(name, value) -> None:
    assert logging.scrub({"outer": [{name: value}]}) == {"outer": [{name: logging.HIDDEN}]}


@pytest.mark.parametrize("text", TEXTS)
def test_scrub_hides_what_looks_like_a_secret_anywhere(text) -> None:
    assert_clean(str(logging.scrub({"note": [text, {"deep": text}], "error": ValueError(text)})))


@pytest.mark.parametrize("value", ["delegation.delegate.added.v1", "1093112", 17, None, True, "Édith Descartes"])
def test_scrub_leaves_the_rest(value) -> None:
    assert logging.scrub(value, "note") == value


def test_scrub_hides_what_looks_like_a_secret_in_a_name() -> None:
    assert_clean(str(logging.scrub({TOKEN: {SEALED: 1}})))


def test_scrub_hides_what_bytes_hold() -> None:
    assert_clean(str(logging.scrub([TOKEN.encode(), b"\xff" + SEALED.encode()])))


def test_scrub_ends_however_deep_a_value_is() -> None:
    value: list = [TOKEN]
    for _ in range(50):
        value = [value]
    assert_clean(str(logging.scrub(value)))


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x00", "\x1b", "\ud800", "\u2028", '"}\n{"event": "forged"'])
def test_log_line_stays_one_line_whatever_signs_are_in_it(capfd, sign) -> None:
    logging.configure("tests", "info")
    structlog.get_logger().info(f"said{sign}", **{f"na{sign}me": [sign]})
    stdlib.getLogger("library").warning("said %s", sign)
    stdlib.getLogger().handlers.clear()
    lines = capfd.readouterr().out.removesuffix("\n").split("\n")
    assert ["tests", "tests"] == [json.loads(line)["service"] for line in lines]


def test_log_line_is_one_json_object_with_service_level_and_time(lines) -> None:
    logging.configure("tests", "info")
    structlog.get_logger().info("said", note="two\nlines\r\x1b[31m")
    (line,) = lines()
    assert (line["event"], line["service"], line["level"]) == ("said", "tests", "info")
    assert line["note"] == "two\nlines\r\x1b[31m"
    assert line["timestamp"].endswith("Z")


def test_log_line_of_a_library_goes_the_same_way(lines) -> None:
    logging.configure("tests", "info")
    stdlib.getLogger("aio_pika").warning("lost %s", "amqp://guest:hunter2@rabbit/")
    (line,) = lines()
    assert (line["level"], line["service"]) == ("warning", "tests")
    assert_clean(json.dumps(line))


def test_log_line_below_the_level_is_left_out(lines) -> None:
    logging.configure("tests", "info")
    structlog.get_logger().debug("quiet")
    stdlib.getLogger("asyncpg").debug("quiet")
    assert lines() == []


def test_log_line_of_an_exception_holds_the_traceback_without_secrets(lines) -> None:
    logging.configure("tests", "info")
    try:
        int(f"bad token {TOKEN}")
    except ValueError:
        structlog.get_logger().exception("failed", password="abcdef")
    (line,) = lines()
    assert "Traceback" in line["exception"]
    assert_clean(json.dumps(line))


def test_log_line_of_an_exception_of_a_library_hides_what_its_source_lines_hold(lines) -> None:
    logging.configure("tests", "info")
    try:
        json.loads("{", password="abcdef", dsn="amqp://guest:hunter2@rabbit/")
    except TypeError:
        stdlib.getLogger("aiohttp").exception("failed with %s", {"token": "abcdef"})
    (line,) = lines()
    assert "json.loads" in line["exception"]
    assert_clean(json.dumps(line))


@pytest.mark.parametrize(("level", "said"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_log_lines_are_those_of_the_level_and_above_for_us_and_for_libraries(lines, level, said) -> None:
    logging.configure("tests", level)
    for log in (structlog.get_logger(), stdlib.getLogger("library")):
        log.debug("d")
        log.info("i")
        log.warning("w")
        log.error("e")
    assert 2 * said == len(lines())


def test_log_line_within_a_request_names_its_ids(lines) -> None:
    logging.configure("tests", "info")
    origin = requests.Origin(request_id="r-1", correlation_id="c-1", causation_id="e-1")
    with requests.working_for(origin):
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")
    inside, outside = lines()
    assert (inside["request_id"], inside["correlation_id"], inside["event_id"]) == ("r-1", "c-1", "e-1")
    assert "request_id" not in outside
