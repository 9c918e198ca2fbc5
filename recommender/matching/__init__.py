"""Matching by meaning: roles, competencies, courses, designations and people's words, in every language."""
