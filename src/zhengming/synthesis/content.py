"""Which URLs in a request may be fetched, and whether what came is what it was said to be. Decisions only.

Whoever fetches resolves the name once, asks :func:`checked_addresses`, connects to one of those very addresses
(never resolving again), follows redirects itself by asking :func:`redirected` for each, reads through a
:class:`Budget`, and asks :func:`checked_type` of the first bytes. So a name that changes its address, a redirect
into the house, an endless body and a page in place of a picture all end in Refused.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from zhengming.ground.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Family = Literal["image", "audio", "video", "pdf", "zip", "text", "unknown"]

#: Not in the private ranges, and still not the open internet: metadata services of clouds.
METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254")
)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\.?", re.ASCII)
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".localdomain")
_EMBEDDED = (
    (ipaddress.ip_network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.ip_network("::/96"), 0),  # IPv4-compatible, out of use
    (ipaddress.ip_network("2002::/16"), 80),  # 6to4
)


@dataclass(frozen=True)
class FetchRules:
    """What a service lets itself fetch. The bounds are our choice; every one is a setting.

    ``most_bytes`` of a body, ``seconds`` from the first request to the last byte, redirects followed.
    """

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({80, 443})
    most_bytes: int = 50 * 1024 * 1024
    seconds: float = 20.0
    redirects: int = 3
    longest_url: int = 4096


class NotFetched(Refused):
    """A URL that is not fetched, or whose content is not taken."""

    kind = "not-fetched"


def checked_url(url: str, rules: FetchRules) -> SplitResult:
    """``url`` taken apart, when its form allows a fetch. The host may be a name still. Raises NotFetched."""
    if len(url) > rules.longest_url or any(ord(sign) <= 32 or ord(sign) > 126 or sign == "\\" for sign in url):
        raise NotFetched("网址过长或含有不允许的字符", "the URL is too long or holds characters that are not allowed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotFetched("网址格式有误", "the URL is malformed") from None
    if parts.scheme.lower() not in rules.schemes:
        raise NotFetched(f"不允许的协议“{parts.scheme}”", f"the scheme {parts.scheme!r} is not allowed")
    if parts.username is not None or parts.password is not None:
        raise NotFetched("网址中不得有用户名或密码", "a URL may not carry a user or a password")
    if (port or {"http": 80}.get(parts.scheme.lower(), 443)) not in rules.ports:
        raise NotFetched(f"不允许的端口 {port}", f"port {port} is not allowed")
    _check_host(parts.hostname or "")
    return parts


def redirected(url: str, location: str, hops: int, rules: FetchRules) -> str:
    """The URL that ``location`` leads to from ``url`` as redirect number ``hops``, checked again in full."""
    if hops > rules.redirects:
        raise NotFetched(f"重定向超过 {rules.redirects} 次", f"more than {rules.redirects} redirects")
    target = urljoin(url, location)
    if urlsplit(url).scheme.lower() == "https" and urlsplit(target).scheme.lower() != "https":
        raise NotFetched("不得从 https 重定向到非 https", "a redirect may not leave https")
    return checked_url(target, rules).geturl()


def checked_addresses(addresses: Iterable[str]) -> tuple[Address, ...]:
    """The addresses that a name resolved to, when every one of them is on the open internet. Raises NotFetched."""
    found = tuple(_address(text) for text in addresses)
    if not found:
        raise NotFetched("域名没有解析到地址", "the name resolved to no address")
    for address in found:
        if not is_public(address):
            raise NotFetched("不允许访问内部地址", "the address is not on the open internet")
    return found


def is_public(address: Address) -> bool:
    """Whether an address is on the open internet, whatever form an IPv4 address takes within IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address.scope_id or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and address not in METADATA


class Budget:
    """How much more may be read: ask :meth:`take` for every chunk, with the moment it came. Seconds of any clock."""

    def __init__(self, rules: FetchRules, now: float, stated: int | None = None) -> None:
        self._left, self._until, self._rules = rules.most_bytes, now + rules.seconds, rules
        if stated is not None and stated > rules.most_bytes:
            raise self._too_big()

    def take(self, size: int, now: float) -> None:
        """``size`` bytes have come. Raises NotFetched when they are too many or too late."""
        self._left -= size
        if self._left < 0:
            raise self._too_big()
        if now > self._until:
            raise NotFetched(f"下载超过 {self._rules.seconds} 秒", f"took more than {self._rules.seconds} seconds")

    def _too_big(self) -> NotFetched:
        most = self._rules.most_bytes
        return NotFetched(f"文件超过 {most} 字节", f"the file has more than {most} bytes")


def checked_type(start: bytes, declared: str, wanted: Family) -> Family:
    """What the first bytes (64 suffice) are, when they are what was wanted and what the server declared."""
    family = sniffed(start)
    said = declared.split(";")[0].strip().lower()
    if family != wanted:
        raise NotFetched(f"需要 {wanted}，内容却是 {family}", f"{wanted} is wanted, the content is {family}")
    if said not in ("", "application/octet-stream", "binary/octet-stream") and _declared(said) != family:
        raise NotFetched(f"声明为 {said}，内容却是 {family}", f"declared as {said}, the content is {family}")
    return family


def sniffed(start: bytes) -> Family:
    """The family of a file by its first bytes; markup is text, never an image: it can reach further."""
    for family, pattern in _SIGNS:
        if pattern.match(start):
            return family
    printable = start and not any(byte < 9 or 13 < byte < 32 for byte in start)
    return "text" if printable else "unknown"


_SIGNS: tuple[tuple[Family, "re.Pattern[bytes]"], ...] = (
    (
        "image",
        re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|BM.{4}\0\0\0\0|II\*\0|MM\0\*", re.S),
    ),
    ("image", re.compile(rb"....ftyp(?:avif|avis|heic|heix|heim|heis|hevc|mif1|msf1)|\xff\x0a|\0\0\0\x0cJXL ", re.S)),
    ("audio", re.compile(rb"RIFF....WAVE|ID3|fLaC|OggS|\xff[\xe2\xe3\xf2\xf3\xfa\xfb\xf1\xf9]|....ftypM4[AB]", re.S)),
    ("video", re.compile(rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI |FLV\x01", re.S)),
    ("pdf", re.compile(rb"%PDF-")),
    ("zip", re.compile(rb"PK\x03\x04")),
)


def _declared(media_type: str) -> str:
    if media_type in ("application/pdf", "application/zip", "application/ogg"):
        return {"application/ogg": "audio"}.get(media_type, media_type.removeprefix("application/"))
    if media_type.startswith("application/vnd."):
        return "zip"
    return media_type.partition("/")[0] if media_type != "image/svg+xml" else "text"


def _check_host(host: str) -> None:
    """A host that is a name of the open internet, or a public address in its plain form."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        _check_name(host)
    else:
        checked_addresses([host])


def _check_name(host: str) -> None:
    """A name, and none of the other ways to write an address."""
    name = host.lower().rstrip(".")
    number = re.fullmatch(r"(?:0x[0-9a-f]*|\d+)", name.rpartition(".")[2])
    if not _HOST.fullmatch(host) or number or "." not in name or f".{name}".endswith(_LOCAL):
        raise NotFetched(f"不允许访问主机“{host}”", f"the host {host!r} is not allowed")


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise NotFetched("域名没有解析到有效地址", "the name did not resolve to a valid address") from None


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    for network, shift in _EMBEDDED:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return address.teredo[1] if address.teredo else None
