"""Token classification as Hugging Face's `datasets` keeps it, exported to JSON lines.

    {"id": "0", "tokens": ["Aspirin", "helps"], "ner_tags": ["B-Chemical", "O"]}

The words are "tokens" or "words"; their tags are "ner_tags", "tags", "labels" or "label", one a
word. Each object is a document of one sentence. Tags may be of any scheme, as in CoNLL files
(--repair_tags, --entity_type). Numbers are named by, in this order: a field "features" of any
object up to there, as `datasets` writes it or a list of names; a field "label_list" or
"label_names"; the dataset_info.json that `save_to_disk` leaves beside the file. All other fields
stay in `Document.extra["fields"]`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.columns import id_column
from bioner_kd.text.notation.json_documents import Object, read_objects, with_fields
from bioner_kd.text.notation.json_start import first_objects
from bioner_kd.text.notation.tagged_words import check_word, iob2_of, tagged_document
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source

_WORDS = ("tokens", "words")
_TAGS = ("ner_tags", "tags", "labels", "label")
_NAMES = ("features", "label_list", "label_names")
_INFO = "dataset_info.json"
# Bytes; it holds the names of features and where they were downloaded.
_MOST_INFO = 1 << 22
# How deep the names of tags stand in the features of a data set.
_DEPTH = 6


def _recognises(start: str) -> bool:
    found = first_objects(start)
    first = next((one for one in found if not _is_header(one)), None)
    if first is None:
        return False
    words, tags = _field(first, _WORDS), _field(first, _TAGS)
    # The last object may be cut off.
    return (
        isinstance(words, list)
        and all(isinstance(word, str) for word in words)
        and (tags is None or _is_tags(tags))
        and (tags is not None or len(first) == 1)
    )


def _is_tags(value: object) -> bool:
    if not isinstance(value, list):
        return False
    return all(isinstance(tag, str) or type(tag) is int for tag in value)


def _is_header(value: Object) -> bool:
    return not any(name in value for name in _WORDS) and any(name in value for name in _NAMES)


def _field(value: Object, names: Sequence[str]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _taken(fields: Object, names: Sequence[str]) -> Any:
    return fields.pop(next((name for name in names if name in fields), ""), None)


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    names = _names_beside(source)

    def document_of(value: Object, path: str, line: int) -> Document | None:
        nonlocal names
        names = _names_in({key: value[key] for key in _NAMES if key in value}) or names
        return None if _is_header(value) else _document(value, names, options, path, line)

    return read_objects(source, faults, document_of)


def _document(
    value: Object, names: Sequence[str], options: ReadOptions, path: str, line: int
) -> Document:
    place = f"{path}:{line}"
    fields = dict(value)
    words, tags = _taken(fields, _WORDS), _taken(fields, _TAGS)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InputError(
            f"{place}: {shown(words)} is no list of words; each object needs a list of strings as "
            '"tokens" or "words".'
        )
    for number, word in enumerate(words):
        check_word(word, f"{place}, word {number + 1}")
    found = None
    if tags is not None:
        found = iob2_of(
            _named(tags, len(words), names, place),
            options,
            lambda number: f"{place}, word {number + 1}",
        )
    name = fields.pop(id_column(fields, options.id_column), "")
    if not isinstance(name, str) and type(name) is not int:
        raise InputError(f"{place}: {shown(name)} is no id of a document; pass --id_column.")
    sentence = Sentence.from_words(words, found, path=path, line=line)
    extra = with_fields(fields) | ({"jsonl": {"id": name}} if isinstance(name, int) else {})
    return tagged_document([sentence], id=str(name), path=path, line=line, extra=extra)


def _named(tags: Any, number: int, names: Sequence[str], place: str) -> list[str]:
    if not isinstance(tags, list) or len(tags) != number:
        raise InputError(
            f"{place}: the tags {shown(tags)} are not one for each of the {number} words; correct "
            "one of the two lists."
        )
    return [_name_of(tag, names, place) for tag in tags]


def _name_of(tag: object, names: Sequence[str], place: str) -> str:
    if isinstance(tag, str):
        return tag
    if type(tag) is not int:
        raise InputError(f"{place}: {shown(tag)} is no tag, which is a string or a whole number.")
    if not names:
        raise InputError(
            f"{place}: the tags are numbers, such as {shown(tag)}, and nothing says what they "
            f"stand for; put the data set's {_INFO} beside the file, or add a field "
            '"label_list" with the names of all tags in order, such as ["O", "B-Disease", …].'
        )
    if not 0 <= tag < len(names):
        raise InputError(
            f"{place}: the tag {shown(tag)} is none of the {len(names)} that are named, of which "
            f"the first is {shown(names[0])} with the number 0; correct one of the two."
        )
    return names[tag]


def _names_beside(source: Source) -> list[str]:
    beside = source.beside(_INFO)
    if beside is None:
        return []
    try:
        with beside.open() as file:
            return _names_in(parse_json(file.read(_MOST_INFO)))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{beside.name}: what the tags of {source.name} stand for cannot be read ({error}); "
            "get this file again, or remove it."
        ) from error


def _names_in(value: Any, depth: int = _DEPTH) -> list[str]:
    # The list that names tags, wherever it stands: {"features": {"ner_tags": {"feature": {"names":
    # […]}}}} in the files of `datasets`.
    if isinstance(value, list):
        strings = bool(value) and all(isinstance(one, str) for one in value)
        return list(value) if strings and "O" in value else []
    if not isinstance(value, dict) or not depth:
        return []
    inside = sorted(value.items(), key=lambda pair: pair[0] not in _TAGS)
    return next(filter(None, (_names_in(one, depth - 1) for _, one in inside)), [])


FORMAT = Format(
    "hf_tokens",
    "words and tags as Hugging Face's data sets have them (JSON lines with tokens and ner_tags)",
    recognises=_recognises,
    read=_read,
)
