"""A review as it is read: said in words once, then as Markdown, as plain text or as JSON."""
