"""Unfolding deflated data within bounds: what a file says of its size is never believed."""

import zlib

from zhengming.ground.errors import BadFile

#: How the data is framed, as :mod:`zlib` numbers it.
WITH_HEADER, RAW, GZIPPED = 15, -15, 31


def inflated(
    data: bytes, most: int, what: tuple[str, str], frame: int = WITH_HEADER, *, whole: bool = False
) -> bytes:
    """``data`` unfolded to at most ``most`` bytes.

    Raises BadFile, calling the data ``what`` in Chinese and English, when it does not inflate, inflates to more,
    or, with ``whole``, lacks its end.
    """
    zh, en = what
    inflater = zlib.decompressobj(frame)
    try:
        plain = inflater.decompress(data, most)
    except zlib.error as error:
        raise BadFile(f"{zh}解压失败：{error}", f"{en} does not inflate: {error}") from None
    if inflater.unconsumed_tail:
        raise BadFile(f"{zh}解压后过大", f"{en} inflates to over {most} bytes")
    if whole and not inflater.eof:
        raise BadFile(f"{zh}不完整", f"{en} is incomplete")
    return plain
