"""Floor 2: the ledger (日志, 留存有关记录; Art. 16): append-only, provable, verifiable without us.

Entries become leaves of a Merkle tree (RFC 9162); a signed checkpoint (C2SP tlog-checkpoint) speaks for all of
them; proofs show that an entry is there and that nothing before it changed. No web, no database: what keeps the
bytes stands behind :class:`~zhengming.ledger.store.Store`.
"""
