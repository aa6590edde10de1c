"""The commands of `partnernetz`, one module for each group.

These modules load at every start, so they import what is heavy inside the functions.
"""
