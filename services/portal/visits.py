"""One request as a page sees it: who visits, in whose name, what was typed, and how to answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from aiohttp import web

from services.portal import contexts, rules, secrecy, store
from services.portal.api import Api
from services.portal.backend import Caller
from services.portal.catalogues import Words, fitted, words
from services.portal.forms import Form
from services.portal.sessions import Look, Session, SignedOut
from services.portal.uploads import Upload
from shared import ids
from shared.contracts.people import Language
from shared.web import clients

if TYPE_CHECKING:
    from services.portal.app import Deps
    from services.portal.applications import Application
    from services.portal.contexts import Context
    from services.portal.routing import Page

DRAFT = "brouillon"
"""The parameter that brings back what was typed."""
SAID = "dit"
"""The parameter that names what the page has to say of what was just done."""
APPLICATION = "application"
"""The parameter with which a letter's link names the application that wrote, by its client id."""


@dataclass(slots=True)
class Visit:
    """One request. `browser` is the secret of this browser, also before anybody signs in."""

    request: web.Request
    deps: Deps
    page: Page
    language: Language
    browser: str
    session: Session | None = None
    context: Context | None = None
    form: Form = field(default_factory=Form)
    upload: Upload | None = None
    cookies: dict[str, str | None] = field(default_factory=dict)
    notes: list[dict[str, str]] = field(default_factory=list)
    look_tokens: dict[str | None, str] = field(default_factory=dict)
    _me: dict[str, Any] | None = None
    _surveyor_api: Api | None = None

    @property
    def words(self) -> Words:
        """The texts of the page's language."""
        return words(self.language)

    def text(self, french: str, **values: object) -> str:
        """Give a text in the page's language, its `%(names)s` filled."""
        found = self.words.text(french)
        return fitted(found, values) % values if values else found

    @property
    def person(self) -> Session:
        """Who is signed in (`SignedOut` when nobody is)."""
        if self.session is None:
            raise SignedOut
        return self.session

    @property
    def caller(self) -> Caller:
        """The visitor as the services are told of him, without a token."""
        return Caller(language=self.language, address=forwarded(self.request))

    @property
    def api(self) -> Api:
        """The services, with the visitor's own token where he is signed in."""
        return Api(self)

    @property
    def own_api(self) -> Api:
        """The services, with the token of whoever is signed in, also while he looks at somebody's screens."""
        return Api(self, own=True)

    @property
    def look(self) -> Look | None:
        """The look at somebody's screens that the visitor has begun."""
        return self.session.look if self.session else None

    @property
    def surveyor_api(self) -> Api:
        """The services, in the name of the context's surveyor: with an acting token when that is somebody else."""
        assert self.context is not None
        if self._surveyor_api is None:
            self._surveyor_api = Api(self, delegator=None if self.context.own else self.context.person)
        return self._surveyor_api

    async def me(self) -> dict[str, Any]:
        """Say what the visitor is to delegation, asked once."""
        if self._me is None:
            self._me = await self.api.get("/delegation/v1/me")
            if self.look and self._me["default_context"] != str(self.person.person):
                # A look shows nobody's screens but the person's own.
                self._me["default_context"] = None
        return self._me

    @property
    def known(self) -> dict[str, Any]:
        """What is known of the visitor to delegation; nothing while that cannot be asked."""
        return self._me or {}

    async def find_context(self, matricule: str) -> Context | None:
        """Find the surveyor of a matricule among those in whose name the visitor may act."""
        me = await self.me()
        found = contexts.find(me, self.person.person, matricule)
        if found is None and me["more_delegators"]:
            async for one in self.delegators():
                if one["matricule"] == matricule:
                    return contexts.delegated(one)
        return found

    async def delegators(self) -> Any:
        """Go through all the visitor's delegators; only those beyond the first hundred are asked for."""
        me = await self.me()
        if not me["more_delegators"]:
            for one in me["delegators"]:
                yield one
            return
        after: dict[str, str] = {}
        while True:
            found = await self.api.get("/delegation/v1/delegators", size=100, **after)
            for one in found["delegators"]:
                yield one
            if found["next"] is None:
                return
            after = {"after": found["next"]}

    def param(self, name: str, default: str = "") -> str:
        """Give a part of the path or of the query."""
        return str(self.request.match_info.get(name) or self.request.query.get(name, default))

    def url(self, name: str, /, *, language: str | None = None, matricule: str | None = "", **values: Any) -> str:
        """Give the address of a page, in the present language, context and application unless others are named."""
        if matricule == "":
            matricule = self.context.matricule if self.context else None
        wanted = Language(language) if language else self.language
        name = self._named(name)
        return self.deps.addresses.url(name, wanted, matricule, **values)

    def _named(self, name: str) -> str:
        """Give the name of a page; a page of an application leads to that application’s own."""
        own = self.page.application.page(name) if self.page.application else name
        return own if own in self.deps.addresses else name

    def page_of(self, slug: str, name: str) -> str:
        """Name a page of a further application; the one of the application at the top when it is none of ours."""
        own = f"{name}@{slug}"
        return own if own in self.deps.addresses else name

    def here(self, language: str | None = None) -> str:
        """Give the address of this page, in the other language for instance."""
        if self.page.show is None or self.page.name not in self.deps.addresses:
            return f"/{language or self.language}"
        matricule = self.request.match_info.get("matricule")
        return self.url(self.page.name, language=language, matricule=matricule, **self._asked)

    def here_for(self, matricule: str, **more: str) -> str:
        """Give the address of this page in another context."""
        return self.url(self.page.name, matricule=matricule, **{**self._asked, **more})

    @property
    def _asked(self) -> dict[str, str]:
        """The parts of the path and of the query that belong to this page, in whatever language and context."""
        given = {**self.request.query, **self.request.match_info}
        return {name: value for name, value in given.items() if name not in (SAID, "language", "matricule")}

    @property
    def token(self) -> str:
        """The token of this visit's forms."""
        return self.token_for(self.context.matricule if self.context else None)

    def token_for(self, matricule: str | None) -> str:
        """Give the token of forms for another context."""
        return rules.form_token(self.browser, self.session.binding if self.session else None, matricule)

    @property
    def application(self) -> Application:
        """The connected application whose page this is."""
        assert self.page.application is not None
        return self.page.application

    @property
    def further(self) -> Application | None:
        """The application whose page this is, where an operator listed it: its pages say its name."""
        one = self.page.application
        return one if one is not None and one.further else None

    def at(self, path: str) -> str:
        """Give the address of something at the page’s application, as the services are called: `/cadastre/v1/files`."""
        return f"/{self.application.slug}{path}"

    def new_key(self) -> str:
        """Make the idempotency key of one form."""
        return str(ids.uuid7())

    def show(self, template: str, *, status: int | None = None, **values: Any) -> web.Response:
        """Answer with a page."""
        return self.deps.renderer.page(self, template, status or self.form.status, values)

    def go(self, name: str, *, done: str = "", **values: Any) -> PageFound:
        """Answer with the way to another page, where `done` is said."""
        return self.go_to(self.url(name, **values), done=done)

    def go_to(self, path: str, *, done: str = "", kind: str = "done") -> PageFound:
        """Answer with the way to a path of ours."""
        return PageFound(path, done, kind)

    async def keep_form(self) -> str:
        """Keep what was typed for this browser; give the name under which a page finds it again."""
        name = secrecy.new()
        sealed = secrecy.seal(self.browser + name, self.form.values)
        await store.insert_draft(self.deps.pool, secrecy.digest(name), sealed)
        return name

    async def restore_form(self) -> None:
        """Take up a form that this browser had kept."""
        name = self.request.query.get(DRAFT)
        if secrecy.is_one(name) and name is not None:
            sealed = await store.find_draft(self.deps.pool, secrecy.digest(name))
            self.form.values = (secrecy.unseal(self.browser + name, sealed) if sealed else None) or {}

    async def take_notes(self) -> None:
        """Take the message whose name the way to this page carries: it is of this tab, whatever others are told."""
        name = as_uuid(self.request.query.get(SAID))
        if name is not None and self.session is not None:
            row = await store.take_message(self.deps.pool, name, self.session.digest)
            self.notes = [dict(row)] if row else []

    async def keep_note(self, found: PageFound) -> None:
        """Keep what is to be said on the next page, and have the way there carry its name."""
        if not found.done or self.session is None:
            return
        name, place = ids.uuid7(), urlsplit(found.path).path
        await store.insert_message(self.deps.pool, name, self.session.digest, place, found.kind, found.done)
        found.headers["Location"] = with_parameter(found.path, SAID, str(name))

    def with_draft(self, path: str, draft: str) -> str:
        """Give a path with what was typed."""
        return with_parameter(path, DRAFT, draft)


class PageFound(web.Response):
    """See other: the way to the next page (303), and what to say there."""

    def __init__(self, path: str, done: str, kind: str) -> None:
        super().__init__(status=303, headers={"Location": path})
        self.path, self.done, self.kind = path, done, kind


def with_parameter(path: str, name: str, value: str) -> str:
    """Add a parameter to a path."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode({name: value})}"


def as_uuid(text: str | None) -> UUID | None:
    """Read an id that somebody may have typed."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def forwarded(request: web.Request) -> str:
    """Name the addresses that a request came through, the visitor's first, for the services to judge."""
    return ", ".join(filter(None, [*request.headers.getall(clients.HEADER, []), request.remote]))
