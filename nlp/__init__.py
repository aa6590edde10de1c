"""From Documents to Evidence: the spaCy pipeline."""
