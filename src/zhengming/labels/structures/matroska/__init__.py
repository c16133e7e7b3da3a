"""Matroska and WebM (RFC 9559), made of EBML elements."""
