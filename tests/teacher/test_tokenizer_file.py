import json

import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from bioner_kd.errors import InputError
from bioner_kd.teacher.tokenizer_file import is_failure, read_tokenizer_file

from .tiny_bert import VOCABULARY


@pytest.fixture
def library() -> Tokenizer:
    ids = {piece: index for index, piece in enumerate(VOCABULARY)}
    return Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))


def test_the_steps_of_usual_encoders_are_read(library, tmp_path):
    library.normalizer = normalizers.Sequence(
        [
            *(normalizers.Replace("``", '"'), normalizers.NFKD(), normalizers.StripAccents()),
            *(normalizers.Lowercase(), normalizers.Replace(Regex(" {2,}"), " ")),
            normalizers.Prepend(" "),
        ]
    )
    library.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Split(Regex(r"\d"), "isolated")]
    )
    library.save(str(tmp_path / "tokenizer.json"))
    read = read_tokenizer_file(tmp_path / "tokenizer.json")
    assert read.encode("Gène  p53").tokens == library.encode("Gène  p53").tokens


def test_truncation_and_padding_are_left_out(library, tmp_path):
    library.enable_truncation(2)
    library.enable_padding(length=8)
    library.save(str(tmp_path / "tokenizer.json"))
    read = read_tokenizer_file(tmp_path / "tokenizer.json")
    assert (read.truncation, read.padding) == (None, None)


def test_a_text_may_not_grow_a_hundredfold(library, tmp_path):
    path = tmp_path / "tokenizer.json"
    for steps, allowed in ((6, True), (7, False)):
        library.normalizer = normalizers.Sequence([normalizers.Replace("a", "aa")] * steps)
        library.save(str(path))
        if allowed:
            read_tokenizer_file(path)
        else:
            with pytest.raises(InputError, match="makes a text up to 128 times longer"):
                read_tokenizer_file(path)


def test_what_is_written_twice_is_what_was_checked(library, tmp_path):
    path = tmp_path / "tokenizer.json"
    harmless = json.dumps({"type": "Replace", "pattern": {"String": "a"}, "content": "b"})
    harmful = json.dumps({"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 10**6})
    model = json.loads(library.to_str())["model"]
    path.write_text(
        f'{{"normalizer": {harmful}, "normalizer": {harmless}, "model": {json.dumps(model)}}}'
    )
    assert read_tokenizer_file(path).normalizer.normalize_str("a") == "b"


def test_a_panic_is_one_error_and_leaves_the_terminal_clean(library, tmp_path, capfd):
    described = json.loads(library.to_str())
    described["normalizer"] = {
        "type": "Replace",
        "pattern": {"Regex": "(a+)+$"},
        "content": "b",
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps(described))
    with pytest.raises(InputError, match="retry-limit-in-match over"):
        read_tokenizer_file(tmp_path / "tokenizer.json")
    assert capfd.readouterr().err == ""


def test_an_interruption_is_no_failure_of_the_library():
    assert is_failure(ValueError()) and not is_failure(KeyboardInterrupt())
