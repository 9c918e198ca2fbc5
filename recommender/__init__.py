"""What is decided: competency state, gaps, lists, guided and desirable paths, reasons, matching."""
