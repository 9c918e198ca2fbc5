"""The planner's workbench: what its pages and its routes have in common."""
