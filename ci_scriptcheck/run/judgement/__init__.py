"""What one run amounts to: outcome and findings, told from a `Case` without opening anything."""
