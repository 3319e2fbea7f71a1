"""What people call: options, what is shown while it runs, and exit codes. Alone may print."""
