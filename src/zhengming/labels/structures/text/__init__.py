"""Text files: encodings, and the places in a text that hold metadata."""
