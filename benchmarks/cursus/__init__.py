"""How far the public Cursus release gets, as it is, with one settings file of ours."""
