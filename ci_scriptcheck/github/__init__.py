"""GitHub's API: one comment, one check run and the artifact of a run. Texts are passed in."""
