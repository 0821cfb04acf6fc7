"""Run directories as models, and teachers beside a fine-tuned encoder."""
