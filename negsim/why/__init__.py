"""Why it happened or did not: reasons, routes and stories, asked of finished runs."""
