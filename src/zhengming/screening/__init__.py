"""Floor 2: screening (审核, Art. 10.1) of texts against a compiled library (特征库, Art. 10.2). Usable alone."""
