"""Deflated data is unfolded within bounds, whatever it claims."""

import gzip
import zlib

import pytest

from zhengming.ground.errors import BadFile
from zhengming.labels.structures.inflate import GZIPPED, RAW, inflated

WHAT = ("这一块", "the piece")
TEXT = "名不正则言不顺".encode() * 9


def test_each_frame_is_unfolded() -> None:
    deflater = zlib.compressobj(wbits=RAW)
    assert inflated(zlib.compress(TEXT), 999, WHAT) == TEXT
    assert inflated(deflater.compress(TEXT) + deflater.flush(), 999, WHAT, RAW) == TEXT
    assert inflated(gzip.compress(TEXT), 999, WHAT, GZIPPED, whole=True) == TEXT


def test_more_than_the_bound_is_refused_without_unfolding_it() -> None:
    with pytest.raises(BadFile, match="这一块解压后过大 / the piece inflates to over 1000 bytes"):
        inflated(zlib.compress(bytes(50_000_000)), 1000, WHAT)


def test_what_is_no_deflated_data_is_refused() -> None:
    with pytest.raises(BadFile, match="the piece does not inflate"):
        inflated(b"nothing", 1000, WHAT)


def test_data_cut_short_is_refused_where_it_has_to_be_whole() -> None:
    cut = zlib.compress(TEXT)[:-6]
    assert TEXT.startswith(inflated(cut, 999, WHAT))
    with pytest.raises(BadFile, match="the piece is incomplete"):
        inflated(cut, 999, WHAT, whole=True)
