"""The spiders: one that takes the sources."""
