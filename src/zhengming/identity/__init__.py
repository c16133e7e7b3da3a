"""Floor 2: verification of real identity (真实身份信息认证, Art. 9). No web, no database: usable alone.

A user gives a :class:`~zhengming.identity.claim.Claim`; a method of the shelf :mod:`zhengming.identity.methods`
checks it; what is kept is an :class:`~zhengming.identity.assertion.Assertion`, which holds no personal data.
"""
