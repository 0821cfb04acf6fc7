"""What a person reads on a page: its text, without the names that stand behind the mentions."""

from html.parser import HTMLParser

_EMPTY = ("meta", "input")


class PageText(HTMLParser):
    """Reads HTML, and fails where its tags do not close in order.

    Attributes:
        text: characters outside the names behind mentions.
        marks: class and characters of each mark, in the order in which they end.
        names: what stands behind the mentions.
        tags: every tag that was opened.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.marks, self.names = "", [], []
        self.tags: list[str] = []
        self._opened: list[tuple[str, str, int]] = []
        self._name = ""
        self.feed(html)
        self.close()
        assert not self._opened

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in _EMPTY:
            self._opened.append((tag, dict(attrs).get("class") or "", len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        opened, class_, start = self._opened.pop()
        assert tag == opened
        if tag == "mark":
            self.marks.append((class_, self.text[start:]))
        if tag == "span":
            self.names.append(self._name)
            self._name = ""

    def handle_data(self, data: str) -> None:
        if any(tag == "span" for tag, _, _ in self._opened):
            self._name += data
        else:
            self.text += data
