"""The evidence table: refitted from later proctored results, and judged against them."""
