"""The printed page: one report of finished runs as a file for browsers, as Markdown, and as data."""
