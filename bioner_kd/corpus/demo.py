r"""The demo corpus: sentences written for this project, inside the package.

Its files read as text, with one sentence on each line. A mention is written [Type its words], as in
"Most had [Disease rheumatoid arthritis]."; brackets and backslashes of the text itself are written
\[ \] and \\. A line that starts with # is a comment, and a sentence may start with \#.
"""

import re
from collections.abc import Iterable, Iterator
from importlib import resources

from bioner_kd.errors import InputError, UsageError, one_line
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import sentence_from_text

COMMENT = "#"
_TYPE = r"[A-Z][A-Za-z_]*"
_TOKEN = re.compile(
    rf"\\(?P<escaped>[\[\]\\#])|\[(?P<type>{_TYPE}) |(?P<special>[\[\]\\])|(?P<text>[^\[\]\\]+)"
)
_MISTAKES = {
    "]": r"] closes no mention; write \] for a bracket of the text.",
    "[": r"[ has no type after it, as [Disease asthma] has; write \[ for a bracket of the text.",
    "\\": r"a backslash stands before none of [ ] \ #; write \\ for a backslash of the text.",
}


def parse_inline(line: str, *, path: str = "", line_number: int = 0) -> Sentence:
    """Reads one sentence with its mentions in brackets.

    Args:
        line: the sentence, without its line end.
        path: file that it stands in, for messages.
        line_number: its line there, counted from 1.

    Returns:
        The sentence with IOB2 tags; its text and offsets are those without brackets.

    Raises:
        InputError: brackets do not close, nest, or name no type; or a mention starts or ends inside
            a word.
    """
    try:
        text, mentions = _split_mentions(line)
        sentence = sentence_from_text(text, path=path, line=line_number)
        tags = _tags(sentence, mentions)
    except InputError as error:
        raise InputError(f"{path}:{line_number}: {error}" if path else str(error)) from None
    return Sentence(text, sentence.words, sentence.spans, tags, path, line_number, one_line=True)


def _split_mentions(line: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without brackets, and (type, start, end) of each mention in it."""
    pieces: list[str] = []
    mentions: list[tuple[str, int, int]] = []
    length, open_type, start = 0, "", 0
    for token in _TOKEN.finditer(line):
        place = f"at character {token.start() + 1}"
        if token["type"]:
            if open_type:
                raise InputError(
                    f"a mention {place} opens inside another one; mentions do not nest."
                )
            open_type, start = token["type"], length
        elif token["special"] == "]" and open_type:
            mentions.append((open_type, start, length))
            open_type = ""
        elif token["special"]:
            raise InputError(f"{place}, {_MISTAKES[token['special']]}")
        else:
            pieces.append(token["escaped"] or token["text"])
            length += len(pieces[-1])
    if open_type:
        mention = one_line(f"[{open_type} {''.join(pieces)[start:]}", 80)
        raise InputError(f"the mention {mention} is never closed by ].")
    return "".join(pieces), mentions


def _tags(sentence: Sentence, mentions: list[tuple[str, int, int]]) -> tuple[str, ...]:
    first_words = {start: number for number, (start, _) in enumerate(sentence.spans)}
    last_words = {end: number for number, (_, end) in enumerate(sentence.spans)}
    tags = ["O"] * len(sentence)
    for entity_type, start, end in mentions:
        first, last = first_words.get(start), last_words.get(end)
        if first is None or last is None or last < first:
            mention = one_line(f"[{entity_type} {sentence.text[start:end]}]", 80)
            raise InputError(f"the mention {mention} does not start and end with a whole word.")
        tags[first : last + 1] = [f"B-{entity_type}"] + [f"I-{entity_type}"] * (last - first)
    return tuple(tags)


def parse_inline_lines(lines: Iterable[str], *, path: str = "") -> Iterator[Sentence]:
    """Reads the sentences of a file, without its comments and blank lines.

    Args:
        lines: its lines in order.
        path: its name, for messages.

    Raises:
        InputError: as `parse_inline`.
    """
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith(COMMENT):
            yield parse_inline(line.rstrip("\r\n"), path=path, line_number=number)


SPLITS = ("train", "devel", "test")


def read_demo(split: str) -> list[Sentence]:
    """Reads a split of the demo corpus; demo_data/README.md says how it was made.

    Args:
        split: train, devel or test.

    Returns:
        Its sentences with tags of the types Disease and Chemical.

    Raises:
        UsageError: there is no such split.
    """
    if split not in SPLITS:
        raise UsageError(f"there is no split {split!r}; it must be one of {', '.join(SPLITS)}.")
    name = f"{split}.txt"
    data = resources.files("bioner_kd.corpus") / "demo_data" / name
    lines = data.read_text(encoding="utf-8").split("\n")
    return list(parse_inline_lines(lines, path=f"demo/{name}"))
