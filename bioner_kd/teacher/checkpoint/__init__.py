"""Finds, downloads and reads pretrained encoders, in any format and without PyTorch."""
