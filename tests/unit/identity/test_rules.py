import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity import rules


@pytest.mark.parametrize("text", ["abc", "Jean.Piette", "édith_d", "o-5", "x" * 40, "Łukasz", "ﬁona"])
def test_username_of_letters_digits_and_a_few_signs_is_kept(text):
    assert rules.username(text) == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(
    "text", ["ab", "x" * 41, "a b", "a@b", "a/b", "раура", "a\u200bbc", "٣٤٥", "日本語", "😀😀😀", "", "abc\n", "½½½"]
)
def test_username_of_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="3 to 40"):
        rules.username(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Edith", "EDITH"),
        ("é", "e\u0301"),
        ("ﬁ", "FI"),
        ("Ｅ", "e"),
        ("İ", "i\u0307"),
        ("A@EXAMPLE.com", "a@example.com"),
    ],
)
def test_key_of_variants_of_one_name_is_the_same(one, other):
    assert rules.key(one) == rules.key(other)


@given(st.text())
def test_key_of_a_key_is_itself(text):
    assert rules.key(rules.key(text)) == rules.key(text)


@given(st.text())
def test_username_that_is_taken_is_never_an_address_and_stays_itself(text):
    try:
        name = rules.username(text)
    except ValueError:
        return
    assert (rules.username(name), rules.is_email(name)) == (name, False)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Jean  Paul ", "Jean Paul"),
        ("e\u0301", "é"),
        ("O’Neil", "O’Neil"),
        ("Nguyễn Thị", "Nguyễn Thị"),
        ("=1+1", "=1+1"),
        ("Qui=?", "Qui=?"),
    ],
)
def test_personal_name_is_kept_in_one_form(text, kept):
    assert rules.personal_name(text) == kept


@pytest.mark.parametrize("text", ["", " ", "x" * 101, "a\nb", "a\rb", "a\x00", "a\u2028b", "a\u202eb", "a\u200bb"])
def test_personal_name_with_invisible_signs_is_refused(text):
    with pytest.raises(ValueError, match=r"characters"):
        rules.personal_name(text)


@pytest.mark.parametrize("text", ["=?utf-8?q?Jean=0D=0ABcc=3A_x=40example.com?=", "Jean =?UTF-8?B?SmVhbg==?= Piette"])
def test_personal_name_with_an_encoded_word_is_refused(text):
    with pytest.raises(ValueError, match="no encoded word"):
        rules.personal_name(text)
