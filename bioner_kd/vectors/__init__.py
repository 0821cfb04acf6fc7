"""Word vectors: reading and writing files of the usual formats, and training on text."""
