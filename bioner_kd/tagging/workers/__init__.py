"""Processes that share the tagging of many texts, in order."""
