"""An engine that ends each worker that imports it, before that comes to its first task."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    os._exit(9)
