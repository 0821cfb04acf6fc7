"""Word vectors: files of the usual formats, and training on plain text."""
