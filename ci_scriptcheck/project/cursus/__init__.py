"""An adapter: contracts and pipelines as the Cursus convention writes them → declared steps."""
