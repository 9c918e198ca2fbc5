"""Karmapath's own routes."""
