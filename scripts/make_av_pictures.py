"""Make the pictures of explicit labels in sound and film for docs/pictures. Run by hand; needs zhengming[video]."""

from io import BytesIO
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw

from zhengming.cli import procedural
from zhengming.labels.explicit.labeller import Wish, labeller_for
from zhengming.labels.explicit.sound.wav_samples import Wav

FOLDER = Path(__file__).parent.parent / "docs/pictures"
INK, PALE, GROUND = (40, 90, 140), (190, 195, 200), (255, 255, 255)


def labelled(data: bytes, name: str, wish: Wish) -> BytesIO:
    sink = BytesIO()
    labeller_for(name).put(BytesIO(data), sink, wish, name)
    sink.seek(0)
    return sink


def waveform(wish: Wish, width: int = 1000, height: int = 160) -> Image.Image:
    """The demonstration's melody with a prompt before it: the prompt in blue, the content in grey."""
    file = labelled(procedural.melody(), "wav", wish)
    wav = Wav.read(file)
    sound = wav.stretch(file, 60, end=False)[:, 0]
    own = len(Wav.read(BytesIO(procedural.melody())).samples) // wav.shape.frame
    picture = Image.new("RGB", (width, height), GROUND)
    draw = ImageDraw.Draw(picture)
    for x, part in enumerate(np.array_split(sound, width)):
        reach = max(1, int(np.abs(part).max() * height))
        colour = INK if x < width * (1 - own / len(sound)) else PALE
        draw.line((x, height // 2 - reach, x, height // 2 + reach), fill=colour)
    return picture


def film_frames() -> Image.Image:
    """Frames of the demonstration's film with its label."""
    path = FOLDER / "film.mp4"
    procedural.film(path)
    data = path.read_bytes()
    path.unlink()
    with av.open(labelled(data, "mp4", Wish())) as container:
        frames = [frame.to_image() for frame in container.decode(video=0)]
    return beside([frames[0], frames[-1]])


def beside(pictures: list[Image.Image], gap: int = 12) -> Image.Image:
    whole = Image.new("RGB", (sum(one.width + gap for one in pictures) - gap, pictures[0].height), GROUND)
    at = 0
    for picture in pictures:
        whole.paste(picture, (at, 0))
        at += picture.width + gap
    return whole


def main() -> None:
    film_frames().save(FOLDER / "explicit-video.png", optimize=True)
    above, below = waveform(Wish(sound="rhythm")), waveform(Wish(sound="voice"))
    both = Image.new("RGB", (above.width, above.height * 2 + 12), GROUND)
    both.paste(above, (0, 0))
    both.paste(below, (0, above.height + 12))
    both.save(FOLDER / "explicit-audio-rhythm.png", optimize=True)


if __name__ == "__main__":
    main()
