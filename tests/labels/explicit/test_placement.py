"""A label stands in the calmest corner, inside the picture, and is legible on any ground."""

import numpy as np
import pytest

from zhengming.ground.errors import Refused
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.picture.drawing import Stamp
from zhengming.labels.explicit.picture.placement import CORNERS, LEAST_CONTRAST, Spot, contrast, plate_for, spot_for

WIDTH, HEIGHT = 640, 360
y, x = np.mgrid[:HEIGHT, :WIDTH]
RANDOM = np.random.default_rng(7)
GROUNDS = {
    "white": np.ones((HEIGHT, WIDTH)),
    "black": np.zeros((HEIGHT, WIDTH)),
    "grey": np.full((HEIGHT, WIDTH), 0.5),
    "noise": RANDOM.random((HEIGHT, WIDTH)),
    "fine checkerboard": ((x + y) % 2).astype(float),
    "checkerboard": ((x // 9 + y // 9) % 2).astype(float),
    "gradient": x / WIDTH,
}


def spot_on(picture: np.ndarray, **wish: object) -> Spot:
    size = picture.shape[1], picture.shape[0]
    wished = Wish(**wish)
    return spot_for(
        size, plate_for(size, wished), lambda box: picture[box[1] : box[3], box[0] : box[2]], wished.corner
    )


@pytest.mark.parametrize("name", GROUNDS)
def test_the_text_is_legible_on_any_ground(name: str) -> None:
    picture = GROUNDS[name].astype(np.float32).copy()
    spot = spot_on(picture)
    drawn = plate_for((WIDTH, HEIGHT), Wish())
    left, top, right, bottom = spot.box
    region = picture[top:bottom, left:right]
    Stamp.of(drawn, spot.opacity).blend(region, (1,), (0,))
    behind = region[(drawn.ink == 0) & (drawn.ground == 1)].max()
    assert contrast(1.0, float(behind)) >= LEAST_CONTRAST
    assert spot.contrast == pytest.approx(contrast(1.0, float(behind)), rel=0.1)
    assert spot.contrast >= LEAST_CONTRAST


@pytest.mark.parametrize("corner", CORNERS)
def test_an_asked_corner_is_taken_even_when_it_is_busy(corner: str) -> None:
    spot = spot_on(GROUNDS["noise"], corner=corner)
    left, top, right, bottom = spot.box
    assert spot.corner == corner
    assert (left > WIDTH / 2) == corner.endswith("right")
    assert (top > HEIGHT / 2) == corner.startswith("bottom")
    assert 0 < left < right < WIDTH
    assert 0 < top < bottom < HEIGHT


def test_without_a_wish_the_calm_corner_is_taken() -> None:
    picture = GROUNDS["noise"].copy()
    picture[: HEIGHT // 2, : WIDTH // 2] = 0.3
    assert spot_on(picture).corner == "top-left"
    assert spot_on(GROUNDS["noise"]).corner == "bottom-right", "corners alike: the usual one"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(1, 0) == pytest.approx(21)
    assert contrast(0x76 / 255, 1) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (4000, 8), (10, 5000)])
def test_a_picture_without_room_for_a_legible_label_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(Refused):
        plate_for(size, Wish())


@pytest.mark.parametrize("size", [(4000, 60), (60, 4000), (100, 100), (12000, 9000)])
def test_the_label_of_an_extreme_picture_is_inside_it_and_high_enough(size: tuple[int, int]) -> None:
    drawn = plate_for(size, Wish())
    assert drawn.text_height >= 0.05 * min(size)
    assert drawn.size[0] < size[0]
    assert drawn.size[1] < size[1]
