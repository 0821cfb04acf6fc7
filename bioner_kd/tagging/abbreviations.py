"""Short forms that a text defines beside their long forms, such as "chronic renal failure (CRF)".

Only ASCII letters and digits are compared, and there is white space between two words where their
spans do not touch, so that every runtime finds the same.

Source:
    Schwartz and Hearst (2003), A simple algorithm for identifying abbreviation definitions in
    biomedical text, Pacific Symposium on Biocomputing 8, pages 451 to 462.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Words = Sequence[str]
Spans = Sequence[tuple[int, int]]
Range = tuple[int, int]

OPENING, CLOSING = "(", ")"
# Words of a long form at most, punctuation included, so that time grows with the text alone.
_MOST_WORDS = 60
# Words behind a bracket that are looked at with it.
_AHEAD = 5000
_LETTERS_AND_DIGITS = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class DefinitionRules:
    """What is a definition.

    Attributes:
        shortest: characters of a short form at least.
        longest: characters of a short form at most.
        words: words of a short form at most, as white space separates them.
        more: a long form has at most this number of words more than the short form has letters and
            digits,
        times: and at most this number of times as many.
        separators: words that end a short form in brackets.
        borders: words that no long form goes beyond, if white space follows.
        forbidden: characters that no short form has.
    """

    shortest: int = 2
    longest: int = 10
    words: int = 2
    more: int = 5
    times: int = 2
    separators: tuple[str, ...] = (",", ";")
    borders: tuple[str, ...] = (".", "!", "?", ":", ";")
    forbidden: str = "/()[]{}"


def find_definitions(
    words: Words, spans: Spans, rules: DefinitionRules
) -> Iterator[tuple[Range, Range]]:
    """Finds definitions in the words of a text: "long form (SF)" and "SF (long form)".

    Returns:
        Of each definition the long and the short form: number of the first word, and of the word
        behind the last.
    """
    # Some words at a time, because it takes longer to look at one of a long text.
    reach = max(_MOST_WORDS, rules.longest) + 2
    low = high = 0
    for opening, closing in _brackets(words):
        if closing >= high:
            low, high = max(0, closing - _MOST_WORDS - reach), closing + _AHEAD
            some_words, some_spans = words[low:high], spans[low:high]
        found = _definition(some_words, some_spans, (opening - low, closing - low), rules)
        if found:
            long, short = found
            yield (long[0] + low, long[1] + low), (short[0] + low, short[1] + low)


def _definition(
    words: Words, spans: Spans, brackets: Range, rules: DefinitionRules
) -> tuple[Range, Range] | None:
    opening, closing = brackets
    inner = opening + 1, _until(words, rules.separators, opening + 1, closing)
    if not opening or inner[0] >= inner[1]:
        return None
    return _long_before(words, spans, inner, rules) or _long_inside(words, spans, inner, rules)


def joined(words: Words, spans: Spans) -> str:
    """Neighbouring words with a space between those that do not touch."""
    text = words[0]
    for number in range(1, len(words)):
        text += words[number] if _touch(spans, number) else f" {words[number]}"
    return text


def _joined(words: Words, spans: Spans, place: Range) -> str:
    return joined(words[slice(*place)], spans[slice(*place)])


def _touch(spans: Spans, number: int) -> bool:
    return spans[number - 1][1] == spans[number][0]


def _brackets(words: Words) -> Iterator[Range]:
    # Those that opened before could only enclose more words.
    opened: deque[int] = deque(maxlen=_MOST_WORDS + 1)
    for number, word in enumerate(words):
        if word == OPENING:
            opened.append(number)
        elif word == CLOSING and opened:
            first = opened.pop()
            if number - first <= _MOST_WORDS:
                yield first, number


def _until(words: Words, ends: Sequence[str], first: int, end: int) -> int:
    return next((number for number in range(first, end) if words[number] in ends), end)


def _long_before(
    words: Words, spans: Spans, short: Range, rules: DefinitionRules
) -> tuple[Range, Range] | None:
    form = _short_form(words, spans, short, rules)
    opening = short[0] - 1
    if not form:
        return None
    first, left = opening, _most_words(form, rules)
    while first > 0 and opening - first < _MOST_WORDS:
        word = words[first - 1]
        spaced = not _touch(spans, first)
        if word in (OPENING, CLOSING) or (word in rules.borders and spaced and first < opening):
            break
        first -= 1
        if not first or not _touch(spans, first):
            left -= 1
            if not left:
                break
    found = _match(form, words, first, opening)
    if found is None or not _longer(form, words, spans, (found, opening)):
        return None
    return (found, opening), short


def _long_inside(
    words: Words, spans: Spans, long: Range, rules: DefinitionRules
) -> tuple[Range, Range] | None:
    end = long[0] - 1
    first = end - 1
    separate = {OPENING, CLOSING, *rules.separators, *rules.borders}
    while first > 0 and _touch(spans, first) and words[first - 1] not in separate:
        if end - first > rules.longest:
            return None
        first -= 1
    form = _short_form(words, spans, (first, end), rules)
    # A word in small letters before a bracket is no abbreviation.
    if not form or form == form.lower():
        return None
    spaces = sum(not _touch(spans, number) for number in range(long[0] + 1, long[1]))
    if not 0 < spaces < _most_words(form, rules) or _match(form, words, *long) != long[0]:
        return None
    return (long, (first, end)) if _longer(form, words, spans, long) else None


def _short_form(words: Words, spans: Spans, short: Range, rules: DefinitionRules) -> str:
    """The short form, or nothing where it cannot be one."""
    if short[1] - short[0] > rules.longest:
        return ""
    form = _joined(words, spans, short)
    good = (
        rules.shortest <= len(form) <= rules.longest
        and form.count(" ") < rules.words
        and form[0].lower() in _LETTERS_AND_DIGITS
        and any("a" <= letter <= "z" for letter in form.lower())
        and not any(character in form for character in rules.forbidden)
    )
    return form if good else ""


def _most_words(form: str, rules: DefinitionRules) -> int:
    number = sum(character in _LETTERS_AND_DIGITS for character in form.lower())
    return min(number + rules.more, number * rules.times)


def _match(form: str, words: Words, first: int, end: int) -> int | None:
    """Number of the first word of the shortest long form, which ends before word `end`.

    Each letter and digit of the short form is found in the long form, from the last to the first;
    the first one begins a word.
    """
    letters = [letter for letter in form.lower() if letter in _LETTERS_AND_DIGITS]
    for number in range(end - 1, first - 1, -1):
        word = words[number].lower()
        for place in range(len(word) - 1, -1, -1):
            if word[place] == letters[-1] and (len(letters) > 1 or not place):
                letters.pop()
                if not letters:
                    return number
    return None


def _longer(form: str, words: Words, spans: Spans, long: Range) -> bool:
    text = _joined(words, spans, long)
    return len(text) > len(form) and not text.endswith(form) and f"{form} " not in text
