"""Seals (元数据安全防护, TC260-PG-202511A): signatures in ReservedCode1 and ReservedCode2 over a label.

``sealing`` makes them, ``examination`` tells what one is worth; ``sm2`` and ``der`` are the ground below.
"""
