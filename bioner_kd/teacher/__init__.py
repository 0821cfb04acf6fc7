"""The teacher: reading a pretrained encoder, fine-tuning it, and its word-level logits."""
