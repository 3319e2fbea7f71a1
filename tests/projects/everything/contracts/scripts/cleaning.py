"""Clean the table."""


def main(input_paths, output_paths, environ_vars, job_args):
    print(input_paths["DATA"], output_paths["processed_data"], job_args.job_type)
    print(environ_vars["LABEL_FIELD"], environ_vars["REGION"])
