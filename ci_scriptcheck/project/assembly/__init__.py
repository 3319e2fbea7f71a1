"""What was read, from wherever → steps, ports, settings and pipelines, laid over and joined."""
