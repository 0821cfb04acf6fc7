"""IOB2 tags: "B-Disease" starts an entity, "I-Disease" goes on with it, "O" is outside of any."""

from collections.abc import Callable, Sequence

from bioner_kd.errors import InputError, shown

OUTSIDE = "O"

# What IOB1, IOBES, BMES and BIOUL (BILOU) write for the inner and the last word of an entity, and
# for the last or only one.
_INNER = frozenset("IMEL")
_FINAL = frozenset("ELSU")
_OTHER_SCHEMES = frozenset("MELSU")

_REPAIR = "Pass --repair_tags to read it as"


def split_tag(tag: str) -> tuple[str, str]:
    """Prefix and entity type of a tag.

    Returns:
        ("B", "Disease") for "B-Disease", ("O", "") for "O".

    Raises:
        InputError: the tag is neither O nor B- or I- and a type, or the type has characters that do
            not print.
    """
    prefix, _, entity_type = tag.partition("-")
    if tag == OUTSIDE or (prefix in ("B", "I") and entity_type and entity_type.isprintable()):
        return prefix, entity_type
    raise InputError(
        f"tag {shown(tag)} is neither 'O' nor 'B-' or 'I-' and a printable entity type."
    )


def check_iob2(tags: Sequence[str], place: Callable[[int], str]) -> None:
    """Finds the first tag that breaks IOB2.

    Args:
        tags: the tags of one sentence.
        place: names file and line of the word of that number, as `Sentence.place` does.

    Raises:
        InputError: a tag is malformed, or an I- does not go on with an entity of its type.
    """
    previous_type = ""
    for number, tag in enumerate(tags):
        prefix, _, entity_type = tag.partition("-")
        if prefix in _OTHER_SCHEMES and entity_type:
            raise InputError(
                f"{place(number)}: {shown(tag)} is no tag of IOB2 but of IOBES or BIOUL. "
                f"{_REPAIR} {'I-' if prefix in _INNER else 'B-'}."
            )
        try:
            split_tag(tag)
        except InputError as error:
            raise InputError(f"{place(number)}: {error}") from None
        if prefix == "I" and entity_type != previous_type:
            follows = f"follows {shown(tags[number - 1])}" if number else "starts a sentence"
            raise InputError(
                f"{place(number)}: {shown(tag)} {follows}; in IOB2 an entity starts with B-. "
                f"{_REPAIR} B-."
            )
        previous_type = entity_type


def repair_iob2(tags: Sequence[str]) -> list[str]:
    """Rewrites stray I-, IOB1, IOBES, BMES and BIOUL as IOB2; what is IOB2 already stays as it is.

    Args:
        tags: the tags of one sentence; those of no known form are left for `check_iob2` to find.
    """
    repaired = []
    open_type = ""
    for tag in tags:
        prefix, _, entity_type = tag.partition("-")
        if prefix not in _OTHER_SCHEMES.union("BI") or not entity_type:
            repaired.append(tag)
            open_type = ""
            continue
        goes_on = prefix in _INNER and entity_type == open_type
        repaired.append(f"{'I' if goes_on else 'B'}-{entity_type}")
        open_type = "" if prefix in _FINAL else entity_type
    return repaired


def entities(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """The entities of one sentence, read as conlleval reads them: a stray I- opens one.

    Args:
        tags: O, B- and I- tags.

    Returns:
        (entity type, number of its first word, number after its last word) in order.

    Raises:
        InputError: a malformed tag.

    Source:
        Tjong Kim Sang and Buchholz (2000), the conlleval script of CoNLL-2000.
    """
    found: list[tuple[str, int, int]] = []
    previous_type = ""
    for number, tag in enumerate(tags):
        if tag == OUTSIDE:  # most are
            previous_type = ""
            continue
        prefix, entity_type = split_tag(tag)
        if prefix == "I" and entity_type == previous_type:
            found[-1] = (entity_type, found[-1][1], number + 1)
        else:
            found.append((entity_type, number, number + 1))
        previous_type = entity_type
    return found
