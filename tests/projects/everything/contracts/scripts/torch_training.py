"""Train."""


def main(input_paths, output_paths, environ_vars, job_args):
    print(input_paths["input_path"], output_paths["model"], job_args.job_type)
