"""Text and annotation files become sentences."""
