"""Explicit labels in films, frame by frame, through PyAV."""
