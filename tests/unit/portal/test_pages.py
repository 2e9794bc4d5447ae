"""The table of pages is whole."""

from __future__ import annotations

from services.portal import routes
from services.portal.routing import Addresses, Page, Who
from shared.contracts.people import Language


def test_no_two_pages_share_a_name_or_an_address() -> None:
    names = [page.name for page in routes.PAGES]
    assert len(names) == len(set(names))
    for language in Language:
        paths = [path for page in routes.PAGES for path in page.paths(language)]
        assert len(paths) == len(set(paths))


def test_address_names_context_language_and_the_rest_in_the_query() -> None:
    async def show(visit): ...

    made = Addresses(
        (
            Page("file", "/dossiers/{number}", "/files/{number}", show, who=Who.SURVEYOR),
            Page("list", "/liste", "/list", show),
            Page("help", "/aide", "/help", show, who=Who.ANYONE),
        )
    )
    assert made.url("file", Language.FR, "5003", number="a/b") == "/fr/pour/5003/dossiers/a%2Fb"
    assert made.url("list", Language.EN, "5003", page=2, empty="") == "/en/for/5003/list?page=2"
    assert made.url("list", Language.EN) == "/en/list"
    assert made.url("help", Language.FR, "5003") == "/fr/aide"


def test_each_page_says_in_a_sentence_what_it_does() -> None:
    for page in routes.PAGES:
        for endpoint in filter(None, (page.show, page.send)):
            assert (endpoint.__doc__ or "").strip(), page.name
