"""The values that all stages share, and what can be told of them alone. Touches nothing."""
