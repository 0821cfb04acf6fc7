"""Raw text to tags inside a graph: core TensorFlow operations only, and the same as in Python.

Each module repeats one of Python's: `characters` what bytes.decode does, `words` the tokenizer,
`sentences` the sentence splitter, `features` the word features, `decoding` the decoder. All work on
the characters or words of a whole batch of texts at once, one after the other in one tensor.
"""
