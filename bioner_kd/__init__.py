"""Biomedical named entity recognition that runs anywhere: BioBERT distilled into a BiLSTM."""

__version__ = "0.1.0"
