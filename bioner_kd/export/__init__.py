"""A student becomes a SavedModel or a TFLite file."""
