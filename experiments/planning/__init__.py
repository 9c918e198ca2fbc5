"""Figures of planning: one plan for all beside a plan for each, everybody to every post, the gap map at size."""
