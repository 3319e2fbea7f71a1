"""Evaluate."""


def main(input_paths, output_paths, environ_vars, job_args):
    print(input_paths["model_input"], output_paths["eval_output"], job_args.job_type)
