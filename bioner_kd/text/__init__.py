"""Text: tokeniser, sentences, and the files that hold them."""
