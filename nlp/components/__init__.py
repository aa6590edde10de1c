"""spaCy components: each fills a span group of the Doc."""
