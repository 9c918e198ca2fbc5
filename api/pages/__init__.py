"""Pages for people: server-rendered, no script, no asset from elsewhere."""
