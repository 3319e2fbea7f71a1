"""What the page of a run shows: a record as values that a template writes down."""
