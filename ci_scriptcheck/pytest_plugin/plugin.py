"""Entry point of the pytest plugin: declares the options and imports nothing heavy."""
