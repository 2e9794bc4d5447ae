"""The plan of the sample is a PDF that readers open."""

import io

import pypdf

from examples.permits import contents
from services import sample_permits


def test_plan_of_the_sample_is_a_page_that_readers_open():
    made = sample_permits.pdf("Plan de situation")
    (page,) = pypdf.PdfReader(io.BytesIO(made), strict=True).pages
    assert "Plan de situation" == page.extract_text().strip()
    assert contents.PDF == contents.recognise(made[: contents.EDGE], made[-contents.EDGE :])
