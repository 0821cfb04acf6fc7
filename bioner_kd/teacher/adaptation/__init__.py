"""Continues the pretraining of an encoder on unlabelled text, by masked language modelling."""
