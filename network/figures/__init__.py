"""Figures of a release for print: SVG and PNG."""

from network.figures.drawing import draw_figures

__all__ = ["draw_figures"]
