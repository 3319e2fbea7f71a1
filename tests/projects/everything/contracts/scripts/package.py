"""Package."""


def main(input_paths, output_paths, environ_vars, job_args):
    print(input_paths["model_input"], output_paths["packaged"], job_args.job_type)
