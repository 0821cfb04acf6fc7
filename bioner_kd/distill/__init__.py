"""The losses and the Distiller."""
