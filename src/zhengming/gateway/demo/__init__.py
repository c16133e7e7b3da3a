"""The built-in demo: an upstream that computes its answers, and records to serve it by. For trying out only."""
