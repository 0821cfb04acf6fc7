"""A pretrained encoder is found, downloaded and read, in any format and without PyTorch."""
