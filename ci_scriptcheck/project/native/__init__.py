"""The project's own file, `scriptcheck.yaml`: text → documents → what they mean by themselves."""
