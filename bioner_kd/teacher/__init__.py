"""The teacher: a pretrained encoder is read and fine-tuned, and labels text for a student."""
