"""Environment variables that no contract needs to declare."""

from __future__ import annotations

import re

# What machines, platforms and libraries set or leave unset of their own accord.
_OF_PLATFORM = re.compile(
    r"(SM|AWS|SAGEMAKER|AZUREML|KUBERNETES|GITHUB|PYTHON|OMP|MKL|CUDA|NCCL|LC|XDG|SLURM|TORCH)_.*"
    r"|.*_PROXY|(LOCAL_|GROUP_|NODE_)?RANK|(LOCAL_)?WORLD_SIZE|MASTER_(ADDR|PORT)|HOST(NAME)?"
    r"|HOME|USER(NAME|PROFILE)?|LOGNAME|SHELL|TERM|COLUMNS|LINES|DISPLAY|TZ|TMP|TEMP|TMPDIR|LANG"
    r"|PYTHON.*|PYTEST.*|CI|NO_COLOR|VIRTUAL_ENV|CONDA_.*",
    re.IGNORECASE,
)


def is_platform_variable(name: str) -> bool:
    """Say whether a variable belongs to the platform, so that a script may ask for it undeclared."""
    return _OF_PLATFORM.fullmatch(name) is not None
