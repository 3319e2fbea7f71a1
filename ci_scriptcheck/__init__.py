"""Tells before the merge which pipeline scripts a change breaks, by running them."""

__version__ = "0.1.0.dev0"
