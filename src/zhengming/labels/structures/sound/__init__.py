"""What sound files are made of: ID3 and APE tags, Ogg pages, Vorbis comments."""
