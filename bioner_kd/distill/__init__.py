"""The Distiller, the transfer set and the training of a student."""
