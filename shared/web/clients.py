"""Where a call comes from: the address of the connection, or what trusted proxies say of it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
HEADER = "X-Forwarded-For"
HOPS = 20
"""More proxies than this nobody has: what stands further left is not looked at."""


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)]
"""Networks in CIDR notation, separated by commas."""
LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks whose `X-Forwarded-For` is believed; by default none is."""

    networks: Sequence[Network] = ()

    def client_of(self, request: web.Request) -> str:
        """Give the address that the nearest proxy which is not ours saw or is; empty when it is not known.

        Read from the right: each trusted proxy appended whom it was called by, and everything left of the
        first address that is not trusted may have been invented by the caller.
        """
        nearest = request.remote or ""
        if not self.networks or not self._trusts(nearest):
            return nearest
        said = ",".join(request.headers.getall(HEADER, ())).split(",")
        for hop in reversed([part.strip() for part in said][-HOPS:]):
            if not _is_address(hop):
                break
            nearest = hop
            if not self._trusts(hop):
                break
        return nearest

    def _trusts(self, text: str) -> bool:
        if not _is_address(text):
            return False
        address = ipaddress.ip_address(text)
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain in network for network in self.networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


NOBODY = Proxies()
