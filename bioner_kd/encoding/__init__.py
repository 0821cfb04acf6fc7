"""Sentences become tensors: the one batch contract."""
