from bioner_kd.client.answers import read_answer

ROW = {
    "words": ["breast", "cancer", "or", "gout", "", ""],
    "tags": ["B-D", "I-D", "O", "B-D", "", ""],
    "scores": [0.5, 0.7, 0.9, 0.8, 0.0, 0.0],
    "starts": [0, 7, 14, 17, -1, -1],
    "ends": [6, 13, 16, 21, -1, -1],
    "num_words": 4,
}


def test_words_are_joined_to_entities_and_padding_is_left_out() -> None:
    empty = {**{name: ["", ""] for name in ROW}, "num_words": 0}
    found, nothing = read_answer(["breast cancer or gout", " "], [ROW, empty], "server")
    assert [(e.type, e.text, e.start, e.end) for e in found] == [
        ("D", "breast cancer", 0, 13),
        ("D", "gout", 17, 21),
    ]
    assert [round(entity.score, 6) for entity in found] == [0.6, 0.8]
    assert nothing == []
