"""How a teacher is fine-tuned unless flags say otherwise."""

from bioner_kd.training.config import TrainingConfig

# Batch size, rate, decay and warm-up of BERT's and BioBERT's own scripts.
FINE_TUNING = TrainingConfig(
    epochs=6,
    batch_size=32,
    learning_rate=5e-5,
    warmup=0.1,
    schedule="linear",
    weight_decay=0.01,
    clip_norm=1.0,
)
