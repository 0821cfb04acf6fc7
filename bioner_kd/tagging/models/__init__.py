"""What export writes and runtime reads: names in an export folder, and how its models are called.

Imports no model code and, until a SavedModel is opened, no TensorFlow.
"""
