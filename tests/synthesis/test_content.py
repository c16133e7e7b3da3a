"""Which URLs may be fetched: nothing inside the house, however its address is written."""

import ipaddress
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.synthesis.content import (
    Budget,
    FetchRules,
    NotFetched,
    checked_addresses,
    checked_type,
    checked_url,
    is_public,
    redirected,
    sniffed,
)

RULES = FetchRules()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/",
        "https://localhost/", "https://a.localhost/", "https://db.internal/", "https://printer.local/", "https://db/",
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
        "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.0.1/", "https://169.254.169.254/latest/",
        "https://100.100.100.200/", "https://168.63.129.16/", "https://100.64.0.1/", "https://0.0.0.0/",
        "https://224.0.0.1/", "https://240.0.0.1/", "https://255.255.255.255/", "https://192.0.2.1/",
        "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::7f00:1]/", "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[64:ff9b::a00:1]/",
        "https://[2002:7f00:1::]/", "https://[ff02::1]/", "https://[fec0::1]/", "https://[::1", "https://",
        "https://user@example.com/", "https://u:p@example.com/", "https://example.com:22/", "https://example.com:x/",
        "https://example.com:99999/", "https://exam ple.com/", "https://example.com/\r\nHost: a", "https://a\\@b.com/",
        "https://例子.com/", "https://-a.com/", "https://example.com/" + "a" * 5000, "",
    ],
)  # fmt: skip
def test_a_url_into_the_house_or_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(NotFetched):
        checked_url(url, RULES)


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a.png?x=1", "https://EXAMPLE.com./", "https://xn--fsqu00a.com/", "https://8.8.8.8/",
     "https://[2001:4860:4860::8888]/", "https://a.b.example.com:443/"],
)  # fmt: skip
def test_a_url_of_the_open_internet_is_allowed(url: str) -> None:
    assert checked_url(url, RULES).hostname


@given(st.text(max_size=40))
def test_any_text_is_a_url_or_is_refused(text: str) -> None:
    for url in (text, f"https://{text}"):
        with suppress(NotFetched):
            assert checked_url(url, RULES).scheme == "https"


def test_one_inner_address_among_many_refuses_the_name() -> None:
    assert len(checked_addresses(["8.8.8.8", "2606:4700::1111"])) == 2
    for inner in ("127.0.0.1", "::ffff:192.168.1.1", "169.254.169.254", "", "nonsense"):
        with pytest.raises(NotFetched):
            checked_addresses(["8.8.8.8", inner])
    with pytest.raises(NotFetched):
        checked_addresses([])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_within_ipv6_as_by_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for form in ((0xFFFF << 32) | number, (0x0064FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
        assert is_public(ipaddress.IPv6Address(form)) == is_public(address)
    assert is_public(address) <= (not address.is_private)


def test_redirects_are_checked_again_each_time() -> None:
    start = "https://example.com/a/b"
    assert redirected(start, "../c", 1, RULES) == "https://example.com/c"
    assert redirected(start, "https://example.org/", 3, RULES) == "https://example.org/"
    for location, hops in (("https://127.0.0.1/", 1), ("http://example.org/", 1), ("//localhost/", 1), ("/x", 4)):
        with pytest.raises(NotFetched):
            redirected(start, location, hops, FetchRules(schemes=frozenset({"http", "https"})))


def test_what_is_read_has_an_end_in_bytes_and_in_time() -> None:
    rules = FetchRules(most_bytes=100, seconds=10)
    with pytest.raises(NotFetched):
        Budget(rules, 0.0, stated=101)
    budget = Budget(rules, 0.0, stated=5)
    budget.take(100, 10.0)
    with pytest.raises(NotFetched):
        budget.take(1, 1.0)
    with pytest.raises(NotFetched):
        Budget(rules, 0.0).take(1, 10.1)


PNG, HTML = b"\x89PNG\r\n\x1a\n" + b"\0" * 8, b"<!doctype html><script>"


def test_what_came_must_be_what_was_wanted_and_declared() -> None:
    assert checked_type(PNG, "image/png; charset=x", "image") == "image"
    assert checked_type(PNG, "", "image") == checked_type(PNG, "application/octet-stream", "image") == "image"
    for start, declared, wanted in (
        (HTML, "image/png", "image"), (PNG, "text/html", "image"), (PNG, "image/png", "video"), (b"", "", "image"),
        (b"<svg onload='x'/>", "image/svg+xml", "image"), (b"\0\1\2", "image/png", "image"),
    ):  # fmt: skip
        with pytest.raises(NotFetched):
            checked_type(start, declared, wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "family"),
    [
        (b"\xff\xd8\xff\xe0", "image"), (b"RIFF\0\0\0\0WEBPVP8 ", "image"), (b"\0\0\0\x1cftypavif", "image"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio"), (b"ID3\4", "audio"), (b"OggS\0", "audio"),
        (b"\0\0\0\x1cftypM4A ", "audio"),
        (b"\0\0\0\x1cftypisom", "video"), (b"\x1aE\xdf\xa3", "video"), (b"%PDF-1.7", "pdf"), (b"PK\3\4", "zip"),
        ("你好".encode(), "text"), (b"\0\1", "unknown"), (b"", "unknown"),
    ],
)  # fmt: skip
def test_files_are_known_by_their_first_bytes(start: bytes, family: str) -> None:
    assert sniffed(start) == family
