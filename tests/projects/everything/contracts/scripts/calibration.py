"""Calibrate."""


def main(input_paths, output_paths, environ_vars, job_args):
    print(input_paths["eval_output"], output_paths["calibration_output"], job_args.job_type)
    print(output_paths["calibrated_data"])
