"""One module for each format of documents.

A module whose name is `FORMAT` of type `bioner_kd.text.format.Format` is found by itself: to add a
format, add a module here and a test of it.
"""
