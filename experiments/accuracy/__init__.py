"""Accuracy beside peers, on any files."""
