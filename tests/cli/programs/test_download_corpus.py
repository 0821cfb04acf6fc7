import pytest

from bioner_kd.cli.programs import download_corpus
from bioner_kd.errors import UsageError

from ..conftest import load_program


def names(*arguments: str) -> list[str]:
    program = load_program("download_corpus")
    program.arguments.extend(arguments)
    return download_corpus.names(program)


def test_corpora_are_named_on_the_command_line():
    assert names("NCBI-disease", "BC2GM") == ["NCBI-disease", "BC2GM"]


@pytest.mark.parametrize("arguments", [(), ("NCBI",)])
def test_without_a_known_name_all_names_are_listed(arguments):
    with pytest.raises(UsageError, match="JNLPBA") as refused:
        names(*arguments)
    assert all(name in str(refused.value) for name in arguments)
