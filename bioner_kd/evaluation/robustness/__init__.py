"""How well an exported student reads text that is not written like a corpus."""
