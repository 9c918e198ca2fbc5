"""Courses that play a part by name: asked of everybody, or heard of by everybody."""

from __future__ import annotations

FOR_EVERYBODY = (
    "Code of Conduct for Government Employees", "Prevention of Sexual Harassment of Women at Workplace",
    "Cyber Security for Government Employees", "Stress Management for Government Employees",
    "Overview of Viksit Bharat 2047", "Preventive Vigilance for All", "Introduction to Emerging Technologies",
    "Swachhata at Work: Segregation and Recycling", "Protecting Personal Data in Government Offices",
)  # fmt: skip
"""Courses that plans ask of a whole organisation, by year in turn."""

WELL_KNOWN = (
    "Code of Conduct for Government Employees", "Prevention of Sexual Harassment of Women at Workplace",
    "Introduction to Emerging Technologies", "Self Leadership: Managing Yourself Before Managing Others",
    "Understanding Motivation", "Stress Management for Government Employees", "Microsoft Excel for Beginners",
    "Yoga Break at Workplace", "Overview of Viksit Bharat 2047", "Cyber Security for Government Employees",
    "Noting and Drafting: The Basics", "Effective Communication in Office",
)  # fmt: skip
"""Courses that everybody has heard of: they stand high on the popular shelf whatever their worth."""

FOR_THE_NOMINATED = (
    "Internal Committee Members: Conducting an Inquiry", "Liaison Officers' Course on Reservation",
    "Mentoring Probationers and New Colleagues", "The CPIO's Course: Replies, Exemptions and Fees",
)  # fmt: skip
"""Courses that single officials are nominated for."""
PERMANENT = frozenset({*FOR_EVERYBODY, *WELL_KNOWN, *FOR_THE_NOMINATED})
"""Courses that never retire."""
