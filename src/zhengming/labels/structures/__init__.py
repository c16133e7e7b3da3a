"""Structures that several formats share: XMP packets, EXIF, boxes, chunks, comments."""
