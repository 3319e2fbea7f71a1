"""The processes that scripts and readers run in, seen from ours: started, asked, ended."""
