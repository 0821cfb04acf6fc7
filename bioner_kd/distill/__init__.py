"""Distillation: the Distiller, the choice of the transfer set, and the training of a student."""
