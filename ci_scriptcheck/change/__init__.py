"""Two commits → what differs, and what that can affect. Reads git and files, and writes caches only."""
