"""What the scripts of the penguin pipeline share."""
