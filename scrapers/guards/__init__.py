"""What keeps a crawl safe from the pages it reads: see ``docs/crawling.md``."""
