"""What a company says of itself: forgiving in what is typed, uniform in what is kept; no I/O (O9)."""

from __future__ import annotations

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
EXTENSION = re.compile(r"(?:;?\s*(?:ext(?:ension)?|poste|p|x|#)\s*[.:=]?\s*)(\d{1,6})\s*$", re.IGNORECASE)
NORTH_AMERICAN = re.compile(r"1?([2-9]\d{2}[2-9]\d{6})")
ABROAD = re.compile(r"(?:\+|00|011)([2-9]\d{7,14})")
POSTAL_CODE = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d")
AS_DIGITS = str.maketrans("OIL", "011")
"""Letters that stand in no postal code, and are read as the digits they look like."""
TARION = re.compile(r"[A-Z]{0,2}\d{3,9}")

PROVINCES: dict[str, tuple[str, ...]] = {
    "AB": ("alberta",),
    "BC": ("colombie britannique", "british columbia", "c b"),
    "MB": ("manitoba",),
    "NB": ("nouveau brunswick", "new brunswick"),
    "NL": ("terre neuve et labrador", "newfoundland and labrador", "t n l"),
    "NS": ("nouvelle ecosse", "nova scotia", "n e"),
    "NT": ("territoires du nord ouest", "northwest territories", "t n o"),
    "NU": ("nunavut",),
    "ON": ("ontario", "ont"),
    "PE": ("ile du prince edouard", "prince edward island", "i p e"),
    "QC": ("quebec", "pq", "que"),
    "SK": ("saskatchewan",),
    "YT": ("yukon",),
}
_BY_NAME = {name: code for code, names in PROVINCES.items() for name in (code.lower(), *names)}


def line_of_text(typed: str, longest: int) -> str:
    """Give a line as it is kept: composed, blanks joined; ValueError when it is empty, too long or hides something."""
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if not text or len(text) > longest:
        raise ValueError("length")
    if any(unicodedata.category(sign) in HIDDEN for sign in text) or "=?" in text:
        raise ValueError("hidden characters")
    return text


def line_or_nothing(typed: str, longest: int) -> str:
    """Give a line as it is kept, or nothing when nothing is said; ValueError."""
    return line_of_text(typed, longest) if typed.strip() else ""


def email(typed: str) -> str:
    """Give an e-mail address in its normal form; ValueError."""
    try:
        return validate_email(typed, check_deliverability=False, test_environment=True, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise ValueError("e-mail address") from error


def phone(typed: str) -> str:
    """Give a telephone number as E.164 with its extension as RFC 3966 writes it: `+16135550123;ext=12`; ValueError.

    Without a country it is one of North America, whatever stands between its digits.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    found = EXTENSION.search(text)
    number, extension = (text[: found.start()], f";ext={found[1]}") if found else (text, "")
    bare = "".join(sign for sign in number if sign.isascii() and (sign.isdigit() or sign == "+"))
    if any(sign.isalpha() for sign in number) or "+" in bare[1:]:
        raise ValueError("telephone number")
    if home := NORTH_AMERICAN.fullmatch(bare.removeprefix("+") if bare.startswith("+1") else bare):
        return f"+1{home[1]}{extension}"
    if abroad := ABROAD.fullmatch(bare):
        return f"+{abroad[1]}{extension}"
    raise ValueError("telephone number")


def postal_code(typed: str) -> str:
    """Give a Canadian postal code as it is written on letters, `K1P 1J1`; ValueError."""
    text = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) not in ("Pd", "Cf"))
    read = "".join(sign.translate(AS_DIGITS) if place % 2 else sign for place, sign in enumerate(signs))
    if not POSTAL_CODE.fullmatch(read):
        raise ValueError("postal code")
    return f"{read[:3]} {read[3:]}"


def province(typed: str) -> str:
    """Give the two letters of a province or territory from its name in either language or from them; ValueError."""
    code = _BY_NAME.get(_words(typed)) or _BY_NAME.get(_words(typed).replace(" ", ""))
    if code is None:
        raise ValueError("province")
    return code


def tarion_number(typed: str) -> str | None:
    """Give a Tarion number without blanks and dashes; None when nothing is said; ValueError."""
    text = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    if not text:
        return None
    if not TARION.fullmatch(text):
        raise ValueError("Tarion number")
    return text


def sort_key(name: str) -> str:
    """Give the key that sorts and finds a name: without accents, case and signs."""
    return _words(name)


def search_words(typed: str) -> str | None:
    """Give what is searched for as a query of word beginnings; None when there is no word in it."""
    words = [word for word in _words(typed).split() if word][:8]
    return " & ".join(f"{word}:*" for word in words) or None


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (sign for sign in plain if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())
