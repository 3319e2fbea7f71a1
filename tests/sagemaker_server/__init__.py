"""A SageMaker on loopback, for what the usual stand-ins leave out: the steps of executions, and their environment."""
