"""Files are known by their content, and get names that are safe anywhere."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.permits import contents

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + contents.IEND
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x01" * 20 + b"\xff\xd9"
PDF = b"%PDF-1.7\n...\n%%EOF\n"
KINDS = st.sampled_from([contents.PDF, contents.PNG, contents.JPEG])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, contents.PDF),
        (PNG, contents.PNG),
        (JPEG, contents.JPEG),
        (JPEG + b"\x00\x00", contents.JPEG),
        (PNG[:-1], None),
        (JPEG[:-2], None),
        (PDF[:-7], None),
        (b"GIF89a" + b"\x00" * 20, None),
        (b"MZ" + b"\x00" * 100, None),
        (b"<!doctype html><script>%PDF-1.7</script>%%EOF", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"\x89PNG\r\n\x1a\n<html>" + contents.IEND, None),
        (b"", None),
    ],
)
def test_recognise_tells_whole_plans_and_pictures_from_everything_else(content: bytes, kind: contents.Kind | None):
    assert kind == contents.recognise(content[: contents.EDGE], content[-contents.EDGE :])


@given(content=st.binary(max_size=200))
def test_recognise_takes_no_noise(content: bytes):
    found = contents.recognise(content, content)
    assert found is None or content[:4] in (b"%PDF", b"\x89PNG", content[:4] if content[:3] == b"\xff\xd8\xff" else b"")


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("plan.pdf", "plan.pdf"),
        ("Plan d’étage.PDF", "Plan d’étage.pdf"),
        ("plan.exe", "plan.exe.pdf"),
        ("plan", "plan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("con.pdf", "_con.pdf"),
        ("  . .pdf", "document.pdf"),
        ("pl\u202ean\x00.pdf", "plan.pdf"),
        ('a"; filename=b.html', "a; filename=b.html.pdf"),
        ("", "document.pdf"),
    ],
)
def test_safe_name_keeps_what_people_read_and_takes_away_what_systems_would_act_on(given_name: str, safe: str):
    assert safe == contents.safe_name(given_name, contents.PDF)


@given(name=st.text(max_size=300), kind=KINDS)
def test_safe_name_is_safe_whatever_was_given(name: str, kind: contents.Kind):
    safe = contents.safe_name(name, kind)
    stem, _, extension = safe.rpartition(".")
    assert extension in kind.extensions
    assert 1 <= len(stem)
    assert len(safe) <= contents.LONGEST_NAME
    assert not set(safe) & contents.FORBIDDEN
    assert stem.partition(".")[0].strip().lower() not in contents.DEVICES
    assert not any(unicodedata.category(sign).startswith("C") for sign in safe)
    assert safe == contents.safe_name(safe, kind)
