"""A tree of files → the project: steps, datasets, pipelines and what is wrong with them. Reads, and writes its cache only."""
