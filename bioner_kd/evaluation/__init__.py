"""Logits become tags, entities and scores."""
