"""Scores of models: F1, its significance, calibration, errors and robustness."""
