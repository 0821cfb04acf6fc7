"""Sentences become batches of tensors."""
