"""The release: tables declared once, written in the formats that the field uses."""

from network.release.publish import ReleaseSummary, publish

__all__ = ["ReleaseSummary", "publish"]
