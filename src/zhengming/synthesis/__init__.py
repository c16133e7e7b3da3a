"""Floor 4: the journey of synthesis: admit, screen the input, upstream, screen the output, label, record, release."""
