"""Texts go to a server that serves an exported student, and entities come back."""
