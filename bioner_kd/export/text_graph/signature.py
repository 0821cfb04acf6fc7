"""The text signature of a SavedModel: raw strings in, words, tags, scores and places out."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from bioner_kd.export.text_graph.character_sets import CharacterSets
from bioner_kd.export.text_graph.characters import decode, encode
from bioner_kd.export.text_graph.decoding import DecoderGraph
from bioner_kd.export.text_graph.features import FeatureGraph
from bioner_kd.export.text_graph.padded_batches import call_in_batches, pieces, whole_sentences
from bioner_kd.export.text_graph.sentences import find_cuts
from bioner_kd.export.text_graph.words import Words, find_words
from bioner_kd.tagging.models.layout import LOGITS, NUM_WORDS, TEXT
from bioner_kd.tagging.models.word_model import LONGEST
from bioner_kd.tagging.tables import Tables

# Type of each output, and what stands where a text has fewer words than the longest of its batch.
OUTPUTS = {
    "words": (tf.string, ""),
    "tags": (tf.string, ""),
    "scores": (tf.float32, 0.0),
    "starts": (tf.int32, -1),
    "ends": (tf.int32, -1),
}
# Words of a batch of sentences, padding included; decoding takes little memory a word.
_STUDENT_WORDS, _DECODED_WORDS = 4096, 65_536


def describe_text_signature() -> dict[str, Any]:
    """Names, types and shapes of the signature as JSON values; -1 is any number."""
    outputs = {
        name: {"dtype": dtype.name, "shape": [-1, -1]} for name, (dtype, _) in OUTPUTS.items()
    }
    return {
        "inputs": {TEXT: {"dtype": "string", "shape": [-1]}},
        "outputs": {**outputs, NUM_WORDS: {"dtype": "int32", "shape": [-1]}},
    }


class TextGraph(tf.Module):
    """What a Tagger does in Python, as operations."""

    def __init__(self, tables: Tables, student: Any) -> None:
        """Takes a student.

        Args:
            tables: its tables.
            student: its features (batch, words) to its logits by name, a concrete function.
        """
        super().__init__()
        tokenizer, self._ends = tables.rules.tokenizer, tables.rules.ends
        self._sets = CharacterSets({**tokenizer.sets, **self._ends.sets})
        self._features = FeatureGraph(tables.features)
        self._student = student
        self._decoder = DecoderGraph(tables.decoder)
        self._tags = list(tables.tag_set.tags)

    def signature(self) -> Any:
        """The concrete function of string "text" (texts,) to the outputs (texts, longest)."""
        spec = tf.TensorSpec([None], tf.string, name=TEXT)

        @tf.function(autograph=False)
        def tag(text: tf.Tensor) -> dict[str, tf.Tensor]:
            return self._tag(text)

        return tag.get_concrete_function(spec)

    def _tag(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        characters = decode(texts)
        sets = self._sets.find(characters.code_points)
        words = find_words(characters, sets["word"], sets["separator"])
        ends = find_cuts(characters.code_points, sets, self._ends)
        cuts = tf.concat([characters.starts, ends], axis=0)
        tags, scores = self._tag_words(words, tf.sort(cuts))
        return _by_text(
            words.texts,
            tf.size(texts),
            {
                "words": encode(words.characters),
                "tags": tf.gather(self._tags, tags),
                "scores": scores,
                "starts": words.starts,
                "ends": words.ends,
            },
        )

    def _tag_words(self, words: Words, cuts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # Words between the same two cuts are a sentence.
        _, _, lengths = tf.unique_with_counts(
            tf.searchsorted(cuts, words.firsts, side="right"), out_idx=tf.int64
        )
        features = self._features(words.characters)
        nothing = tf.zeros([tf.size(words.firsts), len(self._tags)])
        read = pieces(lengths, LONGEST)
        (logits,) = call_in_batches(self._read, features, read, [nothing], _STUDENT_WORDS)
        blank = [tf.zeros_like(words.firsts, tf.int32), tf.zeros_like(words.firsts, tf.float64)]
        sentences = whole_sentences(lengths)
        tags, scores = call_in_batches(
            self._decode, {LOGITS: logits}, sentences, blank, _DECODED_WORDS
        )
        return tags, scores

    def _read(self, features: Mapping[str, tf.Tensor], lengths: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return (self._student(**features)[LOGITS],)

    def _decode(
        self, logits: Mapping[str, tf.Tensor], lengths: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return self._decoder(logits[LOGITS], lengths)


def _by_text(
    numbers: tf.Tensor, texts: tf.Tensor, values: dict[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """What was found of each word goes to the row of its text.

    Args:
        numbers: int64 (words,), of the text of each word, ascending.
        texts: how many there are.
        values: (words,) for each of `OUTPUTS`.
    """
    lengths = tf.math.bincount(tf.cast(numbers, tf.int32), minlength=texts, maxlength=texts)
    # An output without any place has no form in some clients.
    longest = tf.reduce_max(tf.concat([lengths, [1]], axis=0))
    outputs = {}
    for name, (dtype, padding) in OUTPUTS.items():
        value = values[name] if dtype == tf.string else tf.cast(values[name], dtype)
        rows = tf.RaggedTensor.from_row_lengths(value, lengths, validate=False)
        outputs[name] = rows.to_tensor(padding, shape=tf.stack([-1, longest]))
    return {**outputs, NUM_WORDS: lengths}
