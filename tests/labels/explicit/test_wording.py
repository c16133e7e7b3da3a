"""What may be written as an explicit label: both elements, on one line that everybody sees."""

import pytest

from zhengming.ground.errors import WrongInput
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.wording import DEFAULT


@pytest.mark.parametrize("text", [DEFAULT, "本文由 AI 生成", "人工智能　合成", "AI生成 <b>&amp;]]>", "AI生成😀é"])
def test_a_visible_line_with_both_elements_is_a_label(text: str) -> None:
    assert Wish(text).checked().text == text


@pytest.mark.parametrize(
    "mark", ["\0", "\n", "\r", "\x1b[31m", "\u2028", "\u202e", "\ufeff", "\udcff", "\uffff", "\x85"]
)
def test_what_nobody_sees_is_refused_by_its_number(mark: str) -> None:
    with pytest.raises(WrongInput, match=f"U\\+{ord(mark[0]):04X}"):
        Wish(f"AI{mark}生成").checked()


@pytest.mark.parametrize(
    ("text", "element"), [("生成的图片", "人工智能要素"), ("AI 图片", "生成合成要素"), ("", "人工智能")]
)
def test_a_missing_element_is_named(text: str, element: str) -> None:
    with pytest.raises(WrongInput, match=element):
        Wish(text).checked()
