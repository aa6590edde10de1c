"""From Evidence to a release: assembly, graph, measures, exports, explorer page."""
