"""What comes in: importers, validated tables, text, vectors, histories, evidence."""
