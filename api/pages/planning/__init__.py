"""The planners' pages."""
