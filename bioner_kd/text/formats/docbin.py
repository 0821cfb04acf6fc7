"""DocBin: documents of spaCy in one file (`.spacy`), which needs spaCy (extra `spacy`).

Reading: words are spaCy's tokens without white space, sentences are those of spaCy or, where it
marks none, those that the tagger would find. Mentions are `doc.ents`, and behind them the spans of
all groups in `doc.spans` that are not among them; the name of the group is in
`Annotation.extra["docbin"]`. `kb_id_` is the identifier, `id_` the id, and `_.bioner_score`, as the
component of this package writes it, the score. The document's id is `user_data["id"]`; what else is
plain in `user_data` (text, numbers, lists and dictionaries of these) stays in
`Document.extra["docbin"]`. Other attributes of tokens are not read.

Writing: the words of the source, or those that the tagger would cut, which are also cut where a
mention begins or ends inside of one. A mention that overlaps one before it goes to
`doc.spans["sc"]`, all others to `doc.ents`. Ids, passages and other fields are in `user_data`.
Discontinuous mentions, and those without a place in the text, cannot be written.

spaCy reads and writes such a file as a whole, so that it has to fit in memory, with at most 2 GB
inside.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.text.compressed import compressed
from bioner_kd.text.document import Annotation, Document, Passage, Span
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.columns import ID_NAMES
from bioner_kd.text.notation.tokens import Tokens, tokens_of
from bioner_kd.text.notation.unique_names import unique_documents
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source

_NAME = "docbin"
_SCORE = "bioner_score"
# What `span._` of spaCy keeps in `user_data`: (this, name, start, end).
_EXTENSION = "._."
_OVERLAPPING = "sc"
_OURS = "bioner_kd"
_ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID", "SENT_START")
_MOST_BYTES = 2_000_000_000
_PIECE = 1 << 24
_DEPTH = 8
# The two bytes of zlib with which it begins, as text that is no text.
_START = "x\ufffd"


def _recognises(start: str) -> bool:
    return start.startswith(_START) and start.count("\ufffd") * 10 > len(start)


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    spacy = _spacy()
    yield from unique_documents(
        _docs(source, spacy), lambda doc: _document(doc, options, source.name), faults
    )


def _spacy() -> Any:
    try:
        import spacy.tokens
        import spacy.vocab
    except ImportError as error:
        raise InputError(
            f"A DocBin needs spaCy, which cannot be used here ({one_line(error)}); "
            'pip install "bioner_kd[spacy]", or convert the file to JSON lines.'
        ) from error
    return spacy


def _docs(source: Source, spacy: Any) -> Iterator[Any]:
    with source.open() as file:
        data = file.read()
    _check_size(data, source.name)
    try:
        docbin = spacy.tokens.DocBin().from_bytes(data)
        yield from docbin.get_docs(spacy.vocab.Vocab())
    except InputError:
        raise
    except Exception as error:  # whatever spaCy comes upon in a damaged file
        raise _damaged(source.name, error) from error


def _damaged(path: str, reason: object) -> InputError:
    return InputError(
        f"{path}: this is no DocBin that spaCy can read ({one_line(reason)}); write it again by "
        "DocBin.to_disk."
    )


def _check_size(data: bytes, path: str) -> None:
    unpacker, inside = zlib.decompressobj(), 0
    try:
        while data and not unpacker.eof:
            inside += len(unpacker.decompress(data, _PIECE))
            data = unpacker.unconsumed_tail
            if inside > _MOST_BYTES:
                raise InputError(
                    f"{path}: more than {_MOST_BYTES:,} bytes are inside of this DocBin; divide it "
                    "into several files."
                )
    except zlib.error as error:
        raise _damaged(path, error) from error


def _document(doc: Any, options: ReadOptions, path: str) -> Document:
    user_data = {key: value for key, value in doc.user_data.items() if _is_plain((key, value))}
    ours = user_data.pop(_OURS, {})
    name = _name(user_data, options)
    kept = {key: value for key, value in user_data.items() if not _is_score(key)}
    extra: dict[str, Any] = {_NAME: {"user_data": kept}} if kept else {}
    document = Document(
        name, _passages(doc.text, ours), sentences=tuple(_sentences(doc)), extra=extra, path=path
    )
    if isinstance(fields := ours.get("fields"), dict):
        document = replace(document, extra={"fields": fields, **extra})
    return replace(document, annotations=tuple(_annotations(doc)))


def _name(user_data: dict[Any, Any], options: ReadOptions) -> str:
    key = options.id_column or ID_NAMES[0]
    if options.id_column and key not in user_data:
        raise InputError(
            f"There is no {shown(key)} in the user_data of a document of this DocBin; name another "
            "one by --id_column."
        )
    value = user_data.get(key, "")
    if isinstance(value, str):
        user_data.pop(key, None)
        return value
    return str(value) if type(value) is int else ""


def _is_plain(value: Any, depth: int = _DEPTH) -> bool:
    if value is None or isinstance(value, str | int | float):
        return True
    if not depth:
        return False
    if isinstance(value, dict):
        return all(_is_plain(pair, depth - 1) for pair in value.items())
    return isinstance(value, list | tuple) and all(_is_plain(one, depth - 1) for one in value)


def _is_score(key: object) -> bool:
    return isinstance(key, tuple) and key[:2] == (_EXTENSION, _SCORE)


def _passages(text: str, ours: Any) -> tuple[Passage, ...]:
    try:
        bounds = [(kind, start, end) for kind, start, end in ours["passages"]]
        passages = tuple(Passage(text[start:end], start, kind) for kind, start, end in bounds)
        if Document(passages=passages).text == text:
            return passages
    except (KeyError, TypeError, ValueError):
        pass  # another program's, or the text was changed since
    return (Passage(text),)


def _sentences(doc: Any) -> Iterator[Sentence]:
    text = doc.text
    tokens = [(token.idx, token.idx + len(token)) for token in doc if not token.text.isspace()]
    if doc.has_annotation("SENT_START"):
        ends = [sentence.end_char for sentence in doc.sents]
    else:
        ends = [end for _, end in RULES.sentence_spans(text)]
    at = 0
    for end in [*ends, len(text)]:
        first = at
        while at < len(tokens) and tokens[at][0] < end:
            at += 1
        if spans := tuple(tokens[first:at]):
            yield Sentence(text, tuple(text[a:b] for a, b in spans), spans)


def _annotations(doc: Any) -> Iterator[Annotation]:
    known = set()
    for span in doc.ents:
        known.add((span.start, span.end, span.label))
        yield _annotation(span, {})
    for group, spans in doc.spans.items():
        for span in spans:
            if (span.start, span.end, span.label) not in known:
                yield _annotation(span, {_NAME: {"group": group}})


def _annotation(span: Any, extra: Mapping[str, Any]) -> Annotation:
    score = span.doc.user_data.get((_EXTENSION, _SCORE, span.start_char, span.end_char))
    return Annotation(
        span.label_,
        ((span.start_char, span.end_char),),
        span.text,
        id=span.id_,
        identifiers=(span.kb_id_,) if span.kb_id_ else (),
        score=score if isinstance(score, float) else None,
        extra=extra,
    )


def _write(documents: Iterable[Document], path: Path) -> None:
    spacy = _spacy()
    docbin = spacy.tokens.DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    vocab = spacy.vocab.Vocab()
    for document in documents:
        docbin.add(_doc(document, tokens_of(document), spacy, vocab))
    with atomic_file(path, "wb") as file, compressed(file, path.suffix) as stream:
        stream.write(docbin.to_bytes())


def _doc(document: Document, tokens: Tokens, spacy: Any, vocab: Any) -> Any:
    doc = spacy.tokens.Doc(
        vocab, words=tokens.words, spaces=tokens.spaces, sent_starts=tokens.starts_sentence
    )
    groups: dict[str, list[Any]] = {}
    taken: list[Span] = []
    doc.user_data.update(_user_data(document))
    for annotation in document.annotations:
        span = doc.char_span(
            annotation.start,
            annotation.end,
            label=annotation.type,
            kb_id=(*annotation.identifiers, "")[0],
            span_id=annotation.id,
        )
        group = annotation.extra.get(_NAME, {}).get("group", "")
        bounds = (annotation.start, annotation.end)
        if not group and any(bounds[0] < end and start < bounds[1] for start, end in taken):
            group = _OVERLAPPING
        if not group:
            taken.append(bounds)
        groups.setdefault(group, []).append(span)
        if annotation.score is not None:
            doc.user_data[(_EXTENSION, _SCORE) + bounds] = float(annotation.score)
    doc.set_ents(groups.pop("", []), default="outside")
    for group, spans in groups.items():
        doc.spans[group] = spans
    return doc


def _user_data(document: Document) -> dict[Any, Any]:
    data: dict[Any, Any] = dict(document.extra.get(_NAME, {}).get("user_data", {}))
    if document.id:
        data["id"] = document.id
    ours: dict[str, Any] = {}
    passages: Sequence[Passage] = document.passages
    if len(passages) > 1 or any(one.kind or one.offset for one in passages):
        ours["passages"] = [[one.kind, one.offset, one.end] for one in passages]
    if fields := document.extra.get("fields"):
        if not _is_plain(fields):
            raise InputError(
                f"{document.place}: a field of this document is neither text, number, list nor "
                f"dictionary ({shown(fields)}), which a DocBin cannot hold; leave it out."
            )
        ours["fields"] = dict(fields)
    return {**data, _OURS: ours} if ours else data


FORMAT = Format(
    _NAME,
    "documents of spaCy (DocBin)",
    suffixes=(".spacy",),
    recognises=_recognises,
    read=_read,
    write=_write,
)
