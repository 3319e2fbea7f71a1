"""Steps of the pipeline: contracts and scripts."""
