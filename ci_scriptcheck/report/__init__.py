"""A record → the text, XML or lines that people and programs read. Opens nothing."""
