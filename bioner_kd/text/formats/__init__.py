"""One module for each format of documents.

A module with a `FORMAT`, a `bioner_kd.text.format.Format`, is found by itself: to add a format, add
a module here and a test of it. `bioner_kd.text.notation` has what several formats share.
"""
