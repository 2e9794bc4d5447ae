"""Signed notes and checkpoints: what is accepted is exactly what was signed, by a key that is trusted."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.merkle import notes

LOG, OTHER = (
    notes.Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))
    for number, name in ((1, "mandat/register"), (2, "mandat/register"))
)
STRANGER = notes.Signer("example.org/other", Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32))
STATE = notes.Checkpoint("mandat/register", 42, bytes(range(32)), datetime(2026, 11, 26, 8, 30, tzinfo=UTC))
NOTE = notes.sign(STATE.text(), [LOG])


def test_note_has_the_form_of_the_specification() -> None:
    """C2SP signed-note: the key id is the first four bytes of SHA-256(name, LF, 1, key)."""
    public = LOG.private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(b"mandat/register\n\x01" + public).digest()[:4]
    text = f"mandat/register\n42\n{base64.b64encode(bytes(range(32))).decode()}\ntime 2026-11-26T08:30:00Z\n"
    signature = base64.b64encode(key_id + LOG.private.sign(text.encode())).decode()
    assert f"{text}\n\u2014 mandat/register {signature}\n" == NOTE
    coded = base64.b64encode(b"\x01" + public).decode()
    assert f"mandat/register+{key_id.hex()}+{coded}" == LOG.verifier.text


def test_checkpoint_is_read_back_as_it_was_signed() -> None:
    assert STATE == notes.open_checkpoint(NOTE, [LOG.verifier])
    assert LOG.verifier == notes.Verifier.parse(LOG.verifier.text)


def test_note_of_two_keys_is_accepted_by_who_trusts_either() -> None:
    """Rotation: while two keys sign, nobody has to change at the same moment."""
    both = notes.sign(STATE.text(), [OTHER, LOG])
    assert [STATE] * 2 == [notes.open_checkpoint(both, [one.verifier]) for one in (LOG, OTHER)]


@pytest.mark.parametrize("trusted", [[], [OTHER.verifier], [STRANGER.verifier]])
def test_note_signed_by_nobody_trusted_is_refused(trusted: list[notes.Verifier]) -> None:
    with pytest.raises(notes.NoteWrong, match="no key that is trusted"):
        notes.open_checkpoint(NOTE, trusted)


def test_checkpoint_signed_for_another_log_is_refused() -> None:
    with pytest.raises(notes.NoteWrong, match="another log"):
        notes.open_checkpoint(notes.sign(STATE.text(), [STRANGER]), [STRANGER.verifier])


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_note_with_any_byte_changed_is_refused(place: int, change: int) -> None:
    forged = bytearray(NOTE.encode())
    forged[place] ^= change
    with pytest.raises(notes.NoteWrong):
        notes.open_checkpoint(forged.decode(errors="replace"), [LOG.verifier])


def test_note_whose_signature_is_written_another_way_is_refused() -> None:
    """The bits of a last sign before `=` that stand for nothing must be zero."""
    sign = NOTE.rstrip("\n=")[-1]
    other = chr(ord(sign) + 1)
    with pytest.raises(notes.NoteWrong):
        notes.open_checkpoint(NOTE.replace(f"{sign}=", f"{other}="), [LOG.verifier])


@given(st.text(max_size=300))
def test_text_that_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(notes.NoteWrong):
        notes.open_checkpoint(text, [LOG.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "mandat/register\n-1\n{root}\ntime 2026-11-26T08:30:00Z\n",
        "mandat/register\n042\n{root}\ntime 2026-11-26T08:30:00Z\n",
        "mandat/register\n42\nAAAA\ntime 2026-11-26T08:30:00Z\n",
        "mandat/register\n42\n{root}\ntime yesterday\n",
        "mandat/register\n42\n{root}\ntime 2026-11-26T08:30:00\n",
        "mandat/register\n42\n{root}\n",
        "mandat register\n42\n{root}\ntime 2026-11-26T08:30:00Z\n",
    ],
)
def test_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    signed = notes.sign(text.format(root=base64.b64encode(bytes(32)).decode()), [LOG])
    with pytest.raises(notes.NoteWrong):
        notes.open_checkpoint(signed, [LOG.verifier])


@pytest.mark.parametrize("text", ["", "name", "name+00000000+AAAA", f"{LOG.verifier.text}A", f"x{LOG.verifier.text}"])
def test_key_that_is_malformed_is_refused(text: str) -> None:
    with pytest.raises(notes.NoteWrong):
        notes.Verifier.parse(text)
