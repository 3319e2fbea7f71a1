"""Fit a model."""


def main(input_paths, output_paths, environ_vars, job_args, logger):
    region = environ_vars.get("REGION")
    print(input_paths["features"], input_paths.get("params"), region)
    print(output_paths["model"], output_paths["output_file"])
