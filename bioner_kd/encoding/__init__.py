"""Turns sentences into batches of tensors."""
