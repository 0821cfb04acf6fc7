"""Which columns of a table, or fields of a JSON object, are a document's id and its text."""

from collections.abc import Iterable, Sequence

from bioner_kd.errors import UsageError, shown
from bioner_kd.text.document import FILLER, Passage

# As they are usually called, in any case; the first that is there is taken.
ID_NAMES = ("id", "pmid", "doc_id", "document_id", "docid", "_id", "pmcid", "uid")
TEXT_NAMES = (("text",), ("title", "abstract"), ("sentence",), ("content",), ("body",))
_LISTED = 12


def id_column(names: Iterable[str], asked: str) -> str:
    """The column that names a document.

    Args:
        names: of the columns.
        asked: `ReadOptions.id_column`.

    Returns:
        Its name; "" where there is none.
    """
    known = _by_usual_name(names)
    if asked:
        return known.get(asked.lower(), "")
    return next((known[name] for name in ID_NAMES if name in known), "")


def text_columns(names: Iterable[str], asked: str) -> list[str]:
    """The columns that hold a document's text, each of which is a passage.

    Args:
        names: of the columns that hold text.
        asked: `ReadOptions.text_column`.

    Returns:
        Their names, in order; none where there is none.

    Raises:
        UsageError: `asked` has a name twice.
    """
    known = _by_usual_name(names)
    choices: Sequence[Sequence[str]] = TEXT_NAMES
    if asked:
        choice = [name.strip().lower() for name in asked.split(",") if name.strip()]
        if len(set(choice)) != len(choice):
            raise UsageError(f"--text_column={asked}: name each column once.")
        choices = [choice]
    found = ([known[name] for name in choice if name in known] for choice in choices)
    return next(filter(None, found), [])


def passages_of(texts: Sequence[tuple[str, str]]) -> tuple[Passage, ...]:
    """Passages of the texts of several columns, with a space between two of them.

    Args:
        texts: name of each column, and its text. Several empty ones are no passages.
    """
    if len(texts) == 1:
        return (Passage(texts[0][1]),)
    passages, offset = [], 0
    for name, text in texts:
        if text:
            passages.append(Passage(text, offset, name))
            offset += len(text) + len(FILLER)
    return tuple(passages)


def listed(names: Iterable[str]) -> str:
    """Names of columns, as a message lists them."""
    some = list(names)
    more = f" and {len(some) - _LISTED} more" if len(some) > _LISTED else ""
    return (", ".join(shown(name, 40) for name in some[:_LISTED]) or "none") + more


def _by_usual_name(names: Iterable[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(name.strip().lower(), name)
    return known
