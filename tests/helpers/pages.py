"""Pages taken apart."""

from html.parser import HTMLParser

VOID = {"meta", "input", "br", "hr", "img", "link"}


class Element:
    """A tag with its attributes, its children and the text in it."""

    def __init__(self, tag, attributes=()):
        self.tag, self.attributes = tag, dict(attributes)
        self.children, self.pieces = [], []

    def __getitem__(self, name):
        return self.attributes[name]

    def walk(self):
        """Yield the elements inside, in their order."""
        for child in self.children:
            yield child
            yield from child.walk()

    def find(self, tag=None, css_class=None, **attributes):
        """List the elements inside that have a tag, a class and attributes."""
        return [
            element
            for element in self.walk()
            if tag in (None, element.tag)
            and (css_class is None or css_class in element.attributes.get("class", "").split())
            and attributes.items() <= element.attributes.items()
        ]

    @property
    def text(self):
        """All text inside, without space at its ends."""
        return self._inside().strip()

    def _inside(self):
        pieces = self.pieces
        return "".join(piece if isinstance(piece, str) else piece._inside() for piece in pieces)


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__()
        self.root = Element("root")
        self.open = [self.root]

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self.open.append(self.open[-1].children[-1])

    def handle_startendtag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes), f"an attribute of {tag} comes twice"
        element = Element(tag, attributes)
        self.open[-1].children.append(element)
        self.open[-1].pieces.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"{tag} is closed where it is not open"

    def handle_data(self, data):
        self.open[-1].pieces.append(data)


def parse_page(text):
    """Parse HTML in which each element is closed; returns its root."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    assert builder.open == [builder.root]
    return builder.root
