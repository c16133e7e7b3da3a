"""C2PA manifests (Content Credentials) as a second, international label beside the metadata label.

``manifest`` reads and validates, ``signing`` writes, ``development`` makes a chain to try it with. All offline:
no manifest, revocation list or time stamp is ever fetched. A manifest binds every byte of a file, so signing is
always the last step: any later edit, also of metadata, makes it invalid.
"""
