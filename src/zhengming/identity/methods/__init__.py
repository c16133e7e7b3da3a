"""The shelf of identity methods: one file each, which defines METHOD (:class:`zhengming.identity.method.Method`)."""
