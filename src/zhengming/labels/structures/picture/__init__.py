"""Metadata of pictures: XMP packets, EXIF, and what points into a picture file."""
