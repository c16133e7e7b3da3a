"""Documents that are ZIP archives of XML parts."""
