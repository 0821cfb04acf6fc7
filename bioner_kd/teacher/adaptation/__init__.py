"""Continued pretraining of a teacher on text without annotation, by masked language modelling."""
