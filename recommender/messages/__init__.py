"""Message catalogues, one a language: a template for each reason code."""
