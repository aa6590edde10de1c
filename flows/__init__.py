"""What people start: the command line, Prefect flows and deployments."""
