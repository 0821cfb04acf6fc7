"""Training data: splits, public corpora, the demo corpus, sampling and augmentation."""
