"""Exports of a student: SavedModel, TFLite files, web page and wheel."""
