"""Works of the demo upstream, computed on the spot: nobody's content, no model, the same each time."""

import struct
from hashlib import sha256
from io import BytesIO

SAYING = "名不正，则言不顺；言不顺，则事不成。"
REPLY = "这是正名的演示上游：没有模型，文字由程序拼成。您给了{count}个字。{saying}"


def reply(prompt: str) -> str:
    """A text that tells how long ``prompt`` is."""
    return REPLY.format(count=len(prompt), saying=SAYING)


def picture(prompt: str, width: int = 512, height: int = 512) -> bytes:
    """Waves in colours that follow from ``prompt``, as PNG."""
    import numpy as np
    from PIL import Image

    seed = sha256(prompt.encode("utf-8", "surrogatepass")).digest()
    x, y = np.meshgrid(np.linspace(0, 6, width), np.linspace(0, 6, height))
    waves = [
        np.sin(x * (1 + seed[each] / 128) + y * (1 + seed[each + 3] / 128) + seed[each + 6]) for each in range(3)
    ]
    data = BytesIO()
    Image.fromarray(((np.stack(waves, axis=-1) + 1) * 110 + 17).astype(np.uint8)).save(data, "PNG")
    return data.getvalue()


def speech(text: str, rate: int = 16_000) -> bytes:
    """A tone for each character, up to a hundred, as 16-bit mono WAV. It is no voice, and imitates nobody's."""
    import numpy as np

    time = np.arange(int(rate * 0.12)) / rate
    fade = np.minimum(1, np.minimum(time, time[::-1]) * 80)
    tones = [np.sin(2 * np.pi * (220 + ord(sign) % 24 * 20) * time) * fade for sign in text[:100]]
    samples = (np.concatenate([*tones, np.zeros(rate // 5)]) * 0.3 * 32767).astype("<i2").tobytes()
    shape = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    chunks = b"WAVEfmt " + shape + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def vector(text: str) -> list[float]:
    """Sixteen numbers that follow from ``text``, of length one."""
    numbers = [byte - 127.5 for byte in sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]]
    length = sum(number * number for number in numbers) ** 0.5
    return [number / length for number in numbers]
