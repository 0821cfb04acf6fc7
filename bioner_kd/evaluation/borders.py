"""What the borders of mentions are compared by."""

WORDS, CHARACTERS = BY = ("words", "characters")
