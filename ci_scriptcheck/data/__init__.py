"""Tables and files by themselves: made, read, measured, compared. Knows no task and no process."""
