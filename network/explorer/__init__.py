"""The explorer: one HTML page on a release that works offline."""

from network.explorer.page import render

__all__ = ["render"]
