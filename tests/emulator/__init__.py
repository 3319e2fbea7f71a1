"""A runner of GitHub Actions on this machine: real shells, real files, and nothing taken for granted."""
