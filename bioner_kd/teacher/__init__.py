"""BioBERT: reading its checkpoint, fine-tuning it, and its word-level logits."""
