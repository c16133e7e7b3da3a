"""Explicit labels (显式标识): what people see or hear. Art. 17; GB 45438-2025 §5."""
