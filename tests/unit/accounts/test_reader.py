"""Reading a roster as it comes: whatever the chunks, good rows are read and bad ones named by their line."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts import roster
from services.accounts.rules import licences
from shared.contracts.problems import accounts as problems

HEADER = "matricule;prenom;nom;courriel;bureau\r\n"
JEAN = "5003;Jean;Piette;jpiette@mandat.example.com;Québec\r\n"
CLAIRE = "5001;Claire;Lavoie;clavoie@mandat.example.com;Lévis\r\n"


async def chunked(content: bytes, size: int):
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read_all(content: bytes, size: int = 65_536) -> list[roster.Read]:
    reader, found = roster.Reader(), list[roster.Read]()
    async for line in roster.lines(chunked(content, size)):
        found += reader.feed(line)
    return found + reader.end()


def read(content: str | bytes, size: int = 65_536) -> list[tuple[int, str]]:
    """Give (line, matricule) of good rows, and (line, code) of bad ones."""
    content = content.encode() if isinstance(content, str) else content
    found = asyncio.run(read_all(content, size))
    return [(one.line, one.matricule if isinstance(one, licences.Row) else one.code) for one in found]


def test_reader_gives_rows_with_the_line_they_begin_on():
    assert [(2, "5003"), (3, "5001")] == read(HEADER + JEAN + CLAIRE)


def test_reader_takes_commas_line_feeds_and_a_byte_order_mark():
    text = (HEADER + JEAN).replace(";", ",").replace("\r\n", "\n")
    assert [(2, "5003")] == read("\ufeff" + text)


def test_reader_takes_a_last_line_without_end():
    assert [(2, "5003")] == read((HEADER + JEAN).rstrip())


def test_reader_chooses_the_delimiter_by_the_header_alone():
    assert [(2, "5003")] == read(HEADER + '5003;"Piette, Jean";"a,b,c,d,e,f";a@mandat.example.com;"1, rue, Québec"\n')


def test_reader_reads_quoted_delimiters_and_doubled_quotes():
    text = HEADER + '5003;"Jean ""Ti-Jean""";"Piette; fils";a@mandat.example.com;Québec\n'
    (row,) = asyncio.run(read_all(text.encode()))
    assert ('Jean "Ti-Jean"', "Piette; fils") == (row.first_name, row.last_name)


def test_reader_reads_a_quotation_mark_inside_a_plain_value_as_itself():
    (row,) = asyncio.run(read_all((HEADER + '5003;Jean "Ti-Jean";Piette;a@mandat.example.com;Québec\n').encode()))
    assert row.first_name == 'Jean "Ti-Jean"'


def test_reader_counts_the_lines_of_the_file_and_not_the_records():
    text = HEADER + '5003;"Jean\n\nPaul";Piette;a@mandat.example.com;Québec\n' + CLAIRE
    assert [(2, "control"), (5, "5001")] == read(text)


def test_reader_skips_blank_lines_and_rows_of_delimiters_alone():
    assert [(4, "5003"), (6, "5001")] == read(HEADER + "\r\n;;;;\r\n" + JEAN + "  \n" + CLAIRE + "\n\n")


def test_reader_after_an_unclosed_quotation_mark_still_gives_the_rows_after_it():
    text = HEADER + '5002;"Jean;Piette;a@mandat.example.com;Québec\n' + JEAN + CLAIRE
    assert [(2, "quotes"), (3, "5003"), (4, "5001")] == read(text)


def test_reader_between_two_unclosed_quotation_marks_still_gives_the_rows():
    bad = '5002;"Jean;Piette;a@mandat.example.com;Québec\n'
    text = HEADER + bad + JEAN + bad + CLAIRE
    assert [(2, "quotes"), (3, "5003"), (4, "quotes"), (5, "5001")] == read(text)


def test_reader_after_an_unclosed_quotation_mark_far_from_the_end_still_gives_the_rows_after_it():
    text = HEADER + '5002;"Jean;Piette;a@mandat.example.com;Québec\n' + CLAIRE + JEAN * 1000
    found = read(text)
    assert [(2, "long"), (3, "5001")] == found[:2]
    assert [(line, "5003") for line in range(4, 1004)] == found[2:]


def test_reader_with_text_after_a_closing_quotation_mark_names_the_row():
    assert [(2, "quotes"), (3, "5001")] == read(HEADER + '5003;"Jean"x;Piette;a@mandat.example.com;Q\n' + CLAIRE)


def test_reader_with_a_line_too_long_names_it_once_and_goes_on():
    text = HEADER + "5003;" + "x" * 100_000 + "\n" + CLAIRE
    assert [(2, "long"), (3, "5001")] == read(text) == read(text, 1000)


def test_reader_with_a_line_in_another_encoding_names_it_and_goes_on():
    content = HEADER.encode() + JEAN.encode("latin-1") + CLAIRE.encode()
    assert [(2, "encoding"), (3, "5001")] == read(content)


def test_reader_with_nul_and_a_stray_carriage_return_names_the_rows():
    text = HEADER + JEAN.replace("Jean", "Je\x00an") + JEAN.replace("Jean", "Je\ran") + CLAIRE
    assert [(2, "control"), (3, "control"), (4, "5001")] == read(text)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n\r\n",
        (HEADER + JEAN).encode("utf-16"),
        (HEADER + JEAN).encode("utf-16-le"),
        "matricule;prénom;nom;courriel;bureau\n".encode("latin-1"),
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        b'"matricule;prenom;nom;courriel;bureau\n' + JEAN.encode(),
        b"x" * 1_000_000,
    ],
    ids=["empty", "blank", "utf-16", "utf-16-le", "latin-1", "spreadsheet", "unclosed", "no lines"],
)
def test_reader_of_what_is_no_csv_in_utf_8_says_that_the_file_is_unreadable(content):
    with pytest.raises(problems.RosterUnreadable):
        read(content)


def test_reader_without_a_required_column_names_it():
    with pytest.raises(problems.RosterColumnsWrong) as caught:
        read("matricule;nom;courriel;bureau\n" + JEAN)
    assert "prenom / first_name" == caught.value.values["columns"]


def test_reader_without_a_header_names_the_columns_that_are_missing():
    with pytest.raises(problems.RosterColumnsWrong):
        read(JEAN)


PIECES = st.sampled_from(
    [JEAN, CLAIRE, "\n", "x;y\n", '5;"a\n', '"', "é", ";", '5004;"A ""B""";C;d@mandat.example.com;E\n']
)


@given(st.lists(PIECES, max_size=30), st.integers(1, 40))
def test_reader_gives_the_same_whatever_the_chunks(pieces, size):
    content = (HEADER + "".join(pieces)).encode()
    assert read(content) == read(content, size)


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_reader_of_any_bytes_after_a_header_names_at_most_one_fault_a_line_and_never_breaks(parts):
    content = HEADER.encode() + b"\n".join(parts)
    found = [line for line, _ in read(content)]
    assert sorted(set(found)) == found


def test_reader_holds_one_record_however_long_the_file():
    peaks = [peak_of(rows) for rows in (2_000, 8_000)]
    assert max(peaks) < 500_000
    assert peaks[1] < peaks[0] * 1.2


def peak_of(rows: int) -> int:
    async def file():
        yield HEADER.encode()
        for _ in range(rows // 1000):
            yield JEAN.encode() * 1000

    async def run():
        reader = roster.Reader()
        tracemalloc.start()
        async for line in roster.lines(file()):
            reader.feed(line)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    return asyncio.run(run())
