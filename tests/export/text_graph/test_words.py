import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.export.text_graph.character_sets import CharacterSets
from bioner_kd.export.text_graph.characters import decode, encode
from bioner_kd.export.text_graph.words import find_words
from bioner_kd.text.tokenizer import tokenize, tokenizer_rule

from .texts import TEXTS

SETS = CharacterSets(tokenizer_rule())


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
def found_words(texts: tf.Tensor) -> tuple[tf.Tensor, ...]:
    characters = decode(texts)
    sets = SETS.find(characters.code_points)
    words = find_words(characters, sets["word"], sets["separator"])
    return encode(words.characters), words.texts, words.starts, words.ends


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_words_and_places_are_the_tokenizers(texts: list[str]) -> None:
    words, numbers, starts, ends = found_words(tf.constant(texts, tf.string, [len(texts)]))
    expected = [(number, *word) for number, text in enumerate(texts) for word in tokenize(text)]
    columns = (numbers.numpy(), (w.decode() for w in words.numpy()), starts.numpy(), ends.numpy())
    assert list(zip(*columns, strict=True)) == expected
