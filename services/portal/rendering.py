"""Pages from templates: one environment per language, every value escaped, a policy that allows no foreign thing."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jinja2
from aiohttp import web
from jinja2.ext import Extension
from markupsafe import Markup

from services.portal import formats, moments
from services.portal.catalogues import fitted, words
from services.portal.frames import Frames
from shared import ids
from shared.contracts.people import Language

if TYPE_CHECKING:
    from services.portal.applications import Application
    from services.portal.visits import Visit

RULES = (
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
POLICY = "; ".join(RULES)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
SMALL = 1400
GZIP = 16
"""What zlib adds to the bits of a window to write gzip."""
PLAIN = re.compile(r'\{\{ _\("([^"]*)"\) \}\}')
"""A text without values, as most of a page’s are."""
OF_DICTIONARIES = frozenset(dir(dict))
"""What a template means by `.items` and the like, whatever keys somebody typed."""


class Assets:
    """The style sheet, the script and the icon, each put together once and named by its content."""

    def __init__(self) -> None:
        folder = resources.files("services.portal") / "static"
        self._files: dict[str, tuple[bytes, bytes, str]] = {}
        self.css = self._add("portal", "css", _joined(folder / "css"), "text/css")
        self.js = self._add("portal", "js", _joined(folder / "js"), "text/javascript")
        self.icon = self._add("icon", "svg", (folder / "icon.svg").read_bytes(), "image/svg+xml")

    def _add(self, stem: str, ending: str, content: bytes, kind: str) -> str:
        name = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{ending}"
        self._files[name] = (content, gzip.compress(content, mtime=0), kind)
        return f"/static/{name}"

    async def answer(self, request: web.Request) -> web.Response:
        """Give a file; its name changes with its content, so that it may be kept for ever."""
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        content, packed, kind = found
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        headers |= {"Content-Encoding": "gzip"} if zipped else {}
        return web.Response(body=packed if zipped else content, content_type=kind, charset="utf-8", headers=headers)


def _joined(folder: Any) -> bytes:
    parts = sorted((entry for entry in folder.iterdir() if entry.is_file()), key=lambda entry: entry.name)
    return b"\n".join(part.read_bytes() for part in parts)


class Renderer:
    """Renders templates in both languages."""

    def __init__(self, assets: Assets, further: Sequence[Application]) -> None:
        self._environments = {language: _environment(language, assets) for language in Language}
        self._frames = {language: Frames(found, language, further) for language, found in self._environments.items()}

    def page(self, visit: Visit, template: str, status: int, values: Mapping[str, Any]) -> web.Response:
        """Answer with a page; long ones are packed for browsers that unpack."""
        found = self._environments[visit.language].get_template(template)
        frame = self._frames[visit.language].of(visit)
        around = {"context": visit.context, "frame": frame, "further": visit.further}
        text = found.render(visit=visit, form=visit.form, **around, **values)
        headers = HEADERS | {"Content-Language": visit.language.value}
        if visit.deps.settings.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        body = text.encode()
        if len(body) > SMALL and "gzip" in visit.request.headers.get("Accept-Encoding", ""):
            body = packed(body)
            headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
        return web.Response(body=body, status=status, content_type="text/html", charset="utf-8", headers=headers)


def packed(body: bytes) -> bytes:
    """Pack a page as gzip, with a window that fits pages: making room for a larger one would take as long again."""
    press = zlib.compressobj(4, zlib.DEFLATED, GZIP + 13, 7)
    return press.compress(body) + press.flush()


class Spoken(Extension):
    """Sets plain texts in a template’s language once, when it is compiled, instead of on every page."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Put the words in the place of the call for them."""
        del name, filename
        texts = words(Language(str(self.environment.globals["language"])))
        return PLAIN.sub(lambda found: texts.text(found[1]), source)


class Context(jinja2.runtime.Context):
    """One that calls what a template calls: nothing of ours asks for the context, which others look for each time."""

    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call, without what the compiler adds for those who ask for the context."""
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)


class Environment(jinja2.Environment):
    """One for templates that never change, which they share as it is: a page goes through no layer for each of them."""

    context_class = Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give the globals of a template."""
        return super().make_globals(d) if d else self.globals

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give a member, of a dictionary without trying in vain for an attribute."""
        if obj.__class__ is dict and attribute not in OF_DICTIONARIES and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def get_template(self, name: Any, *more: Any, **others: Any) -> jinja2.Template:
        """Give a template, compiled once."""
        if name not in self._made:
            self._made[name] = super().get_template(name, *more, **others)
        return self._made[name]

    @cached_property
    def _made(self) -> dict[Any, jinja2.Template]:
        return {}


def _environment(language: Language, assets: Assets) -> Environment:
    environment = Environment(
        loader=jinja2.PackageLoader("services.portal", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,  # a page is made of six files: looking at each for news costs more than it is worth
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do", Spoken],
    )
    texts = words(language)

    @cache
    def plain(french: str) -> Markup:
        return Markup(texts.text(french))  # noqa: S704 - our own

    def text(french: str, **values: object) -> Markup:
        if not values:
            return plain(french)
        return Markup(fitted(texts.text(french), values)) % values  # noqa: S704 - our own

    def number(one: str, many: str, count: int, **values: object) -> Markup:
        return Markup(texts.number(one, many, count)) % {"count": count, **values}  # noqa: S704 - our own words

    environment.globals.update(_=text, number=number, language=language.value, assets=assets)
    environment.filters.update(
        day=lambda value: moments.day(value, language),
        moment=lambda value: moments.moment(value, language),
        money=lambda cents: formats.money(cents, language),
        phone=lambda kept: formats.phone(kept, language),
        short=lambda name: ids.short(UUID(name)),
        size=lambda count: formats.size(count, language),
    )
    return environment
