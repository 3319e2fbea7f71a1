"""A small repository and its broken pull request, for `scriptcheck demo`."""
