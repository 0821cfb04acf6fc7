"""Code for training that teacher and student share: losses, loop, optimiser and callbacks."""
