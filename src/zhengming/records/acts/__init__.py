"""Every change of the records: one function per act, each of them one transaction and one entry on the ledger."""
