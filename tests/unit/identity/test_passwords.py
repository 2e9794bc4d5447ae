import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity import passwords
from services.identity.commands import strength
from services.identity.passwords import Weakness
from shared.contracts.problems import identity as problems

COMMON = strength.load_common()
PERSONAL = ("edescartes", "edith.descartes", "Édith", "Descartes")


def weakness(password: str) -> Weakness | None:
    return passwords.find_weakness(password, PERSONAL, COMMON)


@pytest.mark.item("decision 12")
@pytest.mark.parametrize(
    "password",
    [
        "registre-borne-cadran-12", "sapin-lunette-riviere-47", "brume-cordeau-colline-38", "granit-jalon-prairie-25",
        "plume-compas-verger-61", "gravier-roulotte-lac-93", "brouillard-jalon-etoile-1",
        "correct horse battery staple",
        "kq8vZ2mWx0pLr7T", "mes trois petits canards", "éléphant dans la brume", "839201748392017",
        "これは長いパスフレーズですよね",
        "un soleil au dessus du lac", "x9$" + "vBnq!2Lm@#tz", "arpenteur au bord du fleuve",
    ],
)  # fmt: skip
def test_password_of_unrelated_words_or_random_signs_is_taken(password):
    assert weakness(password) is None


@pytest.mark.item("decision 12")
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", Weakness.TOO_SHORT), ("x" * 14, Weakness.TOO_SHORT), ("", Weakness.TOO_SHORT),
        ("é" * 7 + "e\u0301" * 7, Weakness.TOO_SHORT),
        ("abc def ghi " * 11, Weakness.TOO_LONG),
        ("password12345678", Weakness.COMMON), ("Motdepasse2026!!", Weakness.COMMON),
        ("M0td3p4ss3!2026!", Weakness.COMMON), ("P@ssw0rd-P@ssw0rd", Weakness.COMMON),
        ("soleilsoleil2024", Weakness.COMMON), ("jetaime-monamour", Weakness.COMMON),
        ("Quebec2026Quebec", Weakness.COMMON), ("ILoveYouILoveYou1", Weakness.COMMON),
        ("Bonjour-Bienvenue", Weakness.COMMON), ("chocolat!!chocolat", Weakness.COMMON),
        ("Edith-Descartes-1", Weakness.PERSONAL), ("edescartesedith!", Weakness.PERSONAL),
        ("MandatMandat2026", Weakness.PERSONAL), ("Descartes_Descartes", Weakness.PERSONAL),
        ("aaaaaaaaaaaaaaaa", Weakness.REPETITIVE), ("abcabcabcabcabcabc", Weakness.REPETITIVE),
        ("1111111111111112", Weakness.REPETITIVE), ("abcdefghijklmnopq", Weakness.REPETITIVE),
        ("123456789012345678", Weakness.REPETITIVE), ("azertyuiopqsdfghjklm", Weakness.REPETITIVE),
        ("poiuytrezamlkjhgfdsq", Weakness.REPETITIVE), ("qwertyuiopasdfghjkl", Weakness.REPETITIVE),
        ("1qaz2wsx3edc4rfv5tgb", Weakness.REPETITIVE), ("zyxwvutsrqponmlk", Weakness.REPETITIVE),
        ("!!!!!!!!!!!!!!!!!", Weakness.REPETITIVE), ("-=-=-=-=-=-=-=-=-=", Weakness.REPETITIVE),
    ],
)  # fmt: skip
def test_password_that_is_guessed_first_is_refused_with_the_reason(password, reason):
    assert weakness(password) == reason


@given(st.lists(st.sampled_from(sorted(COMMON)), min_size=3, max_size=8).map("".join))
def test_password_of_common_words_only_is_refused(password):
    assert weakness(password) is not None


@given(st.text(max_size=200))
def test_password_of_whatever_text_gets_an_answer(password):
    assert weakness(password) is None or isinstance(weakness(password), Weakness)


@pytest.mark.parametrize("length", [15, 64, 128])
def test_password_of_every_allowed_length_is_taken(length):
    assert weakness(("kq8vZ2mWx0pLr7TbNc4y" * 7)[:length]) is None


def test_password_unicode_forms_of_one_text_are_the_same_password():
    assert passwords.normal_form("e\u0301te\u0301") == passwords.normal_form("été")


def test_common_words_are_many_and_in_plain_form():
    assert len(COMMON) > 500
    assert {word for word in COMMON if word != passwords.plain(word) or len(word) < 4} == set()


@pytest.mark.parametrize("reason", list(Weakness))
def test_refusal_of_every_weakness_says_why_in_both_languages(reason):
    refusal = strength.REFUSALS[reason]
    assert refusal.slug == "password-too-weak"
    assert refusal.detail.fr != problems.PasswordTooWeak.detail.fr
    assert refusal.detail.en != problems.PasswordTooWeak.detail.en


def test_ensure_strong_of_the_former_password_in_another_unicode_form_is_refused():
    with pytest.raises(problems.PasswordUnchanged):
        strength.ensure_strong("chèvre rivière 47 x", (), COMMON, former="che\u0300vre rivie\u0300re 47 x")
