"""Which files a script depends on: its imports and the files it names, followed through modules."""
