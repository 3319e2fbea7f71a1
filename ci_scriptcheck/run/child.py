"""The child runner; stands alone."""
