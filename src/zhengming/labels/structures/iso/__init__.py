"""Files of boxes (ISO/IEC 14496-12): films, sounds and still images."""
