"""The parts of what is posted on GitHub: headline, failures, graph, data, and the rest in short."""
