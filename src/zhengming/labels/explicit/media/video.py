"""Explicit labels in video (GB 45438-2025 §5.4): a text from the first frame, for at least 2 seconds or throughout.

Pictures are decoded and encoded again with the same codec near the same bitrate, key frames where they were; sound,
subtitles, chapters and covers are taken over as they are.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Progress
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish


class Video(Labeller):
    name = "video"
    title = "视频"
    formats = ("mp4", "mov", "mkv", "webm", "avi", "flv")

    def put(
        self, source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
    ) -> Shown:
        from zhengming.labels.explicit.film.video_journey import label_video

        return label_video(source, sink, wish.checked(), format_name, progress)

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  the contract
        """Nothing: reading text off pictures needs a model."""
        return iter(())


LABELLER = Video()
