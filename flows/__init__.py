"""What people start: the command line, and the Prefect flows behind `run`, `demo` and `serve`."""
