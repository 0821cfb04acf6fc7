"""What the borders of mentions are compared by.

The module imports nothing, so that the flags of a program that scores need no extra.
"""

WORDS, CHARACTERS = BY = ("words", "characters")
