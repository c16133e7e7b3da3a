"""A label is drawn with ink as high as asked, by any font, and blended exactly."""

import numpy as np
import pytest

from zhengming.ground.errors import Refused, Unavailable
from zhengming.labels.explicit import fonts
from zhengming.labels.explicit.picture.drawing import Stamp, plate


def ink_rows(text: str, height: int) -> int:
    ink = plate(text, height, 10_000).ink
    return int((ink.max(axis=1) >= 0.5).sum())


@pytest.mark.parametrize("height", [9, 12, 17, 54, 200])
@pytest.mark.parametrize("text", ["AI生成", "人工智能合成", "AI合成 No.1"])
def test_the_lowest_full_height_character_is_as_high_as_asked(text: str, height: int) -> None:
    drawn = plate(text, height, 10_000)
    assert drawn.text_height >= height
    assert min(ink_rows(character, height) for character in "人生成工AI" if character in text) >= height
    assert drawn.text_height <= height * 1.1 + 2, "much larger than asked"


def test_a_text_wider_than_the_room_is_broken_but_not_inside_a_word() -> None:
    drawn = plate("本内容由人工智能生成 generated", 12, 120)
    assert len(drawn.lines) > 1
    assert drawn.size[0] <= 120
    assert any("generated" in line for line in drawn.lines)
    assert "".join(drawn.lines).replace(" ", "") == "本内容由人工智能生成generated"


def test_a_text_too_small_to_read_or_too_wide_for_the_picture_is_refused() -> None:
    with pytest.raises(Refused):
        plate("AI生成", 4, 100)
    with pytest.raises(Refused):
        plate("AI生成", 12, 14)


def test_the_shipped_font_serves_the_label_vocabulary() -> None:
    assert fonts.is_shipped("本视频由人工智能（AI）合成，请注意甄别！")
    assert not fonts.is_shipped("鼉")


def test_other_characters_come_from_a_system_font_or_are_declared_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fonts._file_for.cache_clear()
    monkeypatch.setattr(fonts, "_system_fonts", lambda: ())
    with pytest.raises(Unavailable, match="fonts-noto-cjk"):
        plate("AI生成鼉", 20, 500)
    fonts._file_for.cache_clear()


def test_blending_keeps_what_is_outside_and_makes_the_text_the_ink() -> None:
    drawn = plate("AI生成", 40, 1000)
    width, height = drawn.size
    for dtype, white in ((np.uint8, 255), (np.uint16, 65535)):
        region = np.full((height, width, 3), white // 2, dtype)
        Stamp.of(drawn, 0.5).blend(region, (white,) * 3, (0,) * 3)
        assert (region[drawn.ink == 1] == white).all()
        bare = (drawn.ink == 0) & (drawn.ground == 1)
        assert abs(int(region[bare].max()) - white // 4) <= 1
        assert (region[(drawn.ink == 0) & (drawn.ground == 0)] == white // 2).all()


def test_a_plate_reduced_for_chroma_covers_the_same_area() -> None:
    drawn = plate("AI生成", 21, 1000)
    width, height = drawn.size
    reduced = drawn.reduced(2, 2)
    assert reduced.size == ((width + 1) // 2, (height + 1) // 2)
    assert reduced.ink.sum() * 4 == pytest.approx(drawn.ink.sum(), rel=1e-3)


def test_the_plate_as_a_picture_is_opaque_white_where_the_text_is() -> None:
    drawn = plate("AI生成", 30, 1000)
    picture = drawn.rgba(0.6)
    assert (picture[drawn.ink == 1] == 255).all()
    assert picture[0, 0, 3] == 0
