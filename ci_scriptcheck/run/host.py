"""The warm host; stands alone."""
