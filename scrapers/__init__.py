"""From addresses to Documents: crawl, archive, read."""
