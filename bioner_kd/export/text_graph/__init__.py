"""Tags raw text inside a graph of core TensorFlow operations, with the same results as Python.

Each module does what a module of the tagger does in Python: `characters` reads UTF-8 and is the
tokenizer, `sentences` the sentence splitter, `features` the word features, `decoding` the decoder.
`signature` joins them. All work on the characters or words of a whole batch of texts at once, one
after the other in one tensor.
"""
