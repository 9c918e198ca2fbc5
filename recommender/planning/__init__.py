"""Planning for an organisation: where the gaps are, what would close them, who fits which post."""
