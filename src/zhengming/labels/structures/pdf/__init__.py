"""PDF (ISO 32000-2): read by qpdf, changed by incremental updates."""
