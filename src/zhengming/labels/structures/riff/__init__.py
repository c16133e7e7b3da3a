"""RIFF and RF64: WAV, AVI and WebP."""
