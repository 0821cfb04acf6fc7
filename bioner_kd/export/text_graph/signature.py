"""The text signature of a SavedModel: raw strings in, and words, tags, scores and offsets out."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from bioner_kd.export.text_graph.characters import (
    Characters,
    CharacterSets,
    Words,
    decode,
    encode,
    find_words,
)
from bioner_kd.export.text_graph.decoding import DecoderGraph
from bioner_kd.export.text_graph.features import FeatureGraph
from bioner_kd.export.text_graph.lines import cut_lines
from bioner_kd.export.text_graph.sentences import cut_long, find_cuts
from bioner_kd.tagging.decoding import RULED_OUT
from bioner_kd.tagging.models.layout import LOGITS, NUM_WORDS, POSTPROCESSING, TEXT
from bioner_kd.tagging.models.word_model import LONGEST
from bioner_kd.tagging.tables import Tables

# Type and padding of each output; texts with fewer words than the longest of a batch are padded.
OUTPUTS = {
    "words": (tf.string, ""),
    "tags": (tf.string, ""),
    "scores": (tf.float32, 0.0),
    "in_entity": (tf.float32, 0.0),
    "starts": (tf.int32, -1),
    "ends": (tf.int32, -1),
}
# Number of words of a batch of sentences with padding; decoding takes little memory per word.
_STUDENT_WORDS, _DECODED_WORDS = 4096, 65_536
# Maps the values of a batch and the lengths of its rows, int64 (rows,), to (rows, longest, …).
Call = Callable[[Mapping[str, tf.Tensor], tf.Tensor], Sequence[tf.Tensor]]


def describe_text_signature() -> dict[str, Any]:
    """Names, types and shapes of the signature as JSON values; -1 means any number."""
    outputs = {
        name: {"dtype": dtype.name, "shape": [-1, -1]} for name, (dtype, _) in OUTPUTS.items()
    }
    return {
        "inputs": {TEXT: {"dtype": "string", "shape": [-1]}},
        "outputs": {
            **outputs,
            NUM_WORDS: {"dtype": "int32", "shape": [-1]},
            POSTPROCESSING: {"dtype": "string", "shape": [-1]},
        },
    }


class TextGraph(tf.Module):
    """The work of a `Tagger` as operations."""

    def __init__(self, tables: Tables, student: Any) -> None:
        """Makes the parts of the graph.

        Args:
            tables: of the student.
            student: concrete function of the features (batch, words) to the logits, by name.
        """
        super().__init__()
        tokenizer, self._ends = tables.rules.tokenizer, tables.rules.ends
        lines = self._ends.lines
        self._seen = CharacterSets({"invisible": tokenizer.invisible})
        self._hides = bool(tokenizer.invisible)
        self._sets = CharacterSets(
            {
                **tokenizer.sets,
                "outside": tokenizer.outside,
                **self._ends.sets,
                **(lines.sets if lines else {}),
            }
        )
        self._features = FeatureGraph(tables.features)
        self._student = student
        self._decoder = DecoderGraph(tables.decoder)
        self._tags = list(tables.tag_set.tags)
        self._postprocessing = json.dumps(tables.postprocessing.to_json(), ensure_ascii=False)

    def signature(self) -> Any:
        """Makes the concrete function of string "text" (texts,) to `OUTPUTS` (texts, longest)."""
        spec = tf.TensorSpec([None], tf.string, name=TEXT)

        @tf.function(autograph=False)
        def tag(text: tf.Tensor) -> dict[str, tf.Tensor]:
            return self._tag(text)

        return tag.get_concrete_function(spec)

    def _tag(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        every = characters = decode(texts)
        if self._hides:
            visible = ~self._seen.find(every.code_points)["invisible"]
            characters = every.kept(visible)
        else:
            visible = tf.ones_like(every.code_points, tf.bool)
        sets = self._sets.find(characters.code_points)
        cuts, dropped, sets = self._cut(characters, sets)
        if dropped is not None:
            places = tf.cumsum(tf.cast(~dropped, tf.int64), exclusive=True)
            cuts, characters = tf.gather(places, cuts), characters.kept(~dropped)
            sets = {name: tf.boolean_mask(found, ~dropped) for name, found in sets.items()}
            visible = tf.tensor_scatter_nd_update(visible, tf.where(visible), ~dropped)
        words = find_words(characters, sets["word"], sets["separator"])
        cuts = tf.concat([characters.starts, cuts], axis=0)
        outside = tf.gather(sets["outside"], words.firsts)
        tags, scores, in_entity = self._tag_words(words, tf.sort(cuts), outside)
        if self._hides or dropped is not None:
            words = words.among(every, visible)
        outputs = _by_text(
            words.texts,
            tf.size(texts),
            {
                "words": encode(words.characters),
                "tags": tf.gather(self._tags, tags),
                "scores": scores,
                "in_entity": in_entity,
                "starts": words.starts,
                "ends": words.ends,
            },
        )
        # A client has no tables: each text's answer says what becomes of its tags.
        return {**outputs, POSTPROCESSING: tf.fill([tf.size(texts)], self._postprocessing)}

    def _cut(
        self, characters: Characters, sets: Mapping[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor | None, dict[str, tf.Tensor]]:
        """Cuts, which characters are dropped if any may be, and the sets that words are made of."""
        found = {name: sets[name] for name in ("word", "separator", "outside")}
        cuts, code_points = (
            find_cuts(characters.code_points, sets, self._ends),
            characters.code_points,
        )
        if self._ends.lines is None:
            return cuts, None, found
        lines = cut_lines(
            code_points, sets, characters.edges(), self._ends.lines, self._features.are_known
        )
        found["word"] &= ~lines.unread
        found["separator"] |= lines.unread
        return tf.concat([cuts, lines.cuts], axis=0), lines.dropped, found

    def _tag_words(self, words: Words, cuts: tf.Tensor, outside: tf.Tensor) -> Sequence[tf.Tensor]:
        # Words between the same two cuts are a sentence.
        between = tf.searchsorted(cuts, words.firsts, side="right", out_type=tf.int64)
        _, numbers, lengths = tf.unique_with_counts(
            cut_long(between, self._ends.most_words), out_idx=tf.int64
        )
        features = self._features(words.characters, numbers)
        nothing = tf.zeros([tf.size(words.firsts), len(self._tags)])
        read = pieces(lengths, LONGEST)
        (logits,) = call_in_batches(self._read, features, read, [nothing], _STUDENT_WORDS)
        # All tags but O, which is the first one, are ruled out for symbols.
        ruled_out = tf.constant([[0.0] + [float(RULED_OUT)] * (len(self._tags) - 1)])
        logits -= tf.where(outside[:, tf.newaxis], ruled_out, 0.0)
        blank = [tf.zeros_like(words.firsts, type) for type in (tf.int32, tf.float64, tf.float64)]
        sentences = whole_sentences(lengths)
        return call_in_batches(self._decode, {LOGITS: logits}, sentences, blank, _DECODED_WORDS)

    def _read(self, features: Mapping[str, tf.Tensor], lengths: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return (self._student(**features)[LOGITS],)

    def _decode(self, logits: Mapping[str, tf.Tensor], lengths: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return self._decoder(logits[LOGITS], lengths)


def _by_text(
    numbers: tf.Tensor, texts: tf.Tensor, values: dict[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """Moves the values of each word to the row of its text.

    Args:
        numbers: int64 (words,), number of the text of each word, ascending.
        texts: number of texts.
        values: (words,) for each of `OUTPUTS`.
    """
    lengths = tf.math.bincount(tf.cast(numbers, tf.int32), minlength=texts, maxlength=texts)
    # Some clients cannot read an output of width 0.
    longest = tf.reduce_max(tf.concat([lengths, [1]], axis=0))
    outputs = {}
    for name, (dtype, padding) in OUTPUTS.items():
        value = values[name] if dtype == tf.string else tf.cast(values[name], dtype)
        rows = tf.RaggedTensor.from_row_lengths(value, lengths, validate=False)
        outputs[name] = rows.to_tensor(padding, shape=tf.stack([-1, longest]))
    return {**outputs, NUM_WORDS: lengths}


class Spans(NamedTuple):
    """Words that are read together, as indices among the words of all sentences.

    Attributes:
        starts: int64 (spans,), first word that is read.
        ends: int64 (spans,), word after the last that is read; a span has at least one word.
        firsts: int64 (spans,), first word whose result counts. Each word counts in one span.
        lasts: int64 (spans,), word after the last whose result counts.
    """

    starts: tf.Tensor
    ends: tf.Tensor
    firsts: tf.Tensor
    lasts: tf.Tensor


def whole_sentences(lengths: tf.Tensor) -> Spans:
    """Makes one span of each sentence; `lengths` is int64 (sentences,)."""
    ends = tf.cumsum(lengths)
    return Spans(ends - lengths, ends, ends - lengths, ends)


def pieces(lengths: tf.Tensor, longest: int) -> Spans:
    """Cuts long sentences into spans, as `bioner_kd.tagging.models.word_model.cut_in_pieces` does.

    Args:
        lengths: int64 (sentences,).
        longest: largest number of words of a piece.
    """
    stride = longest - longest // 4
    over = tf.maximum(lengths - longest, 0)
    numbers = (over + stride - 1) // stride + 1
    sentence = tf.repeat(tf.range(tf.size(numbers)), numbers)
    number = tf.range(tf.size(sentence, tf.int64))
    number -= tf.gather(tf.cumsum(numbers, exclusive=True), sentence)
    over, length = tf.gather(over, sentence), tf.gather(lengths, sentence)

    def start(number: tf.Tensor) -> tf.Tensor:
        return tf.minimum(number * stride, over)

    def joint(number: tf.Tensor) -> tf.Tensor:
        return (start(number) + longest + start(number + 1)) // 2

    ends = tf.minimum(start(number) + longest, length)
    firsts = tf.where(number > 0, joint(number - 1), 0)
    lasts = tf.where(ends == length, length, joint(number))
    offset = tf.gather(tf.cumsum(lengths, exclusive=True), sentence)
    return Spans(*(offset + places for places in (start(number), ends, firsts, lasts)))


def call_in_batches(
    call: Call,
    values: Mapping[str, tf.Tensor],
    spans: Spans,
    results: Sequence[tf.Tensor],
    most_words: int,
) -> list[tf.Tensor]:
    """Calls a function on batches of spans of similar length, the longest spans first.

    Args:
        call: reads a batch.
        values: values of all words, (words, …) by name.
        spans: the spans to read.
        results: (words, …), of the types that `call` gives; their values are replaced.
        most_words: number of words of a batch with padding. A longer span is a batch of its own.

    Returns:
        The results of `call` for each word.
    """
    lengths = spans.ends - spans.starts
    order = tf.argsort(lengths, direction="DESCENDING", stable=True)

    def body(done: tf.Tensor, *so_far: tf.Tensor) -> tuple[tf.Tensor, ...]:
        longest = tf.gather(lengths, order[done])
        rows = tf.maximum(most_words // tf.cast(longest, tf.int32), 1)
        chosen = order[done : done + rows]
        places = tf.gather(spans.starts, chosen)[:, tf.newaxis] + tf.range(longest)
        present = tf.sequence_mask(tf.gather(lengths, chosen), longest)
        batch = {name: _padded(all_words, places, present) for name, all_words in values.items()}
        found = call(batch, tf.gather(lengths, chosen))
        counts = places >= tf.gather(spans.firsts, chosen)[:, tf.newaxis]
        counts &= places < tf.gather(spans.lasts, chosen)[:, tf.newaxis]
        where = tf.boolean_mask(places, counts)[:, tf.newaxis]
        pairs = zip(so_far, found, strict=True)
        return done + rows, *(
            tf.tensor_scatter_nd_update(before, where, tf.boolean_mask(new, counts))
            for before, new in pairs
        )

    loop: Any = tf.while_loop(
        lambda done, *_: done < tf.size(lengths),
        body,
        (0, *results),
        # One batch at a time, because a batch can take much of the memory.
        parallel_iterations=1,
    )
    return list(loop[1:])


def _padded(values: tf.Tensor, places: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    rows = tf.gather(values, tf.where(present, places, 0))
    shape = tf.concat([tf.shape(present), tf.ones([tf.rank(values) - 1], tf.int32)], axis=0)
    return tf.where(tf.reshape(present, shape), rows, tf.zeros([], values.dtype))
