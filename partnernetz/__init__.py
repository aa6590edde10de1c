"""The shared vocabulary: records, places, dates, topics, storage, settings, errors."""

__version__ = "0.1.0"
