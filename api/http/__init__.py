"""What goes out over HTTP: the platform's own routes, ours under /v1, and pages for people."""
