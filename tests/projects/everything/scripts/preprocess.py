"""Split the transactions."""


def main(input_paths, output_paths, environ_vars, job_args):
    label = environ_vars.get("LABEL_FIELD", "label")
    print(input_paths["DATA"], output_paths["processed"], label, job_args.job_type)
