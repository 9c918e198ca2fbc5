"""The planner's workbench over HTTP: organisations, their gaps, plans, posts and roles."""
