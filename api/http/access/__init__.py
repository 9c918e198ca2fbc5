"""Who may call what: keys and tokens, roles, one table of routes. What the table does not allow is refused."""
