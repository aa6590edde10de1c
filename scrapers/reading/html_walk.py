"""From the tree of an HTML page to lines that know their heading."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from partnernetz.records import BlockKind
from scrapers.reading.boilerplate import Line, Rules
from scrapers.reading.html_tables import is_layout_table, table_rows
from scrapers.reading.runs import Piece, Run, flat

#: Never read: no text of the page's own.
UNREAD_TAGS = [
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas",
    "audio", "video", "select", "textarea", "input", "datalist", "map", "area", "link", "meta",
    "frame", "frameset", "noframes", "applet",
]  # fmt: skip
_OUTER_TAGS = frozenset(["nav", "footer", "aside", "dialog", "menu"])
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PSEUDO_LEVEL = 7
_BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form header hgroup hr html legend li main menu nav ol p pre section "
    "summary table tbody td tfoot th thead tr ul caption".split()
)
_ITEM_TAGS = frozenset(["li", "dt", "dd"])
_CAPTION_TAGS = frozenset(["figcaption", "caption"])
_GROUP_TAGS = frozenset(["ul", "ol", "dl", "td", "div", "section", "article", "main", "form"])
_BOLD_TAGS = frozenset(["b", "strong"])
#: Pages nested deeper than this are hostile or broken; what lies deeper is left out.
_DEEPEST = 120
_LONGEST_PSEUDO_HEADING = 90
_LONGEST_ITEM_HEAD = 80


class Walker:
    """Walks a tree once and gathers its lines."""

    def __init__(self, *, rules: Rules, is_lenient: bool = False) -> None:
        self.lines: list[Line] = []
        self._rules = rules
        self._is_lenient = is_lenient
        self._run = Run()
        self._path: list[tuple[int, str]] = []
        self._group = 0
        self._group_count = 0
        self._list_group = 0
        self._main_rank = 0
        self._page_length = 1
        self._is_preformatted = False
        self._reads_buttons = False
        self._item_heads: list[str] = []

    def walk(self, tree: LexborHTMLParser) -> list[Line]:
        """Return the lines of the page, boilerplate elements left out."""
        body = tree.body
        if body is None:
            return []
        self._page_length = max(1, len(body.text()))
        self._children(body, kind="paragraph", is_link=False, is_bold=False, depth=0)
        self._flush("paragraph")
        return self.lines

    def _children(
        self, node: LexborNode, *, kind: BlockKind, is_link: bool, is_bold: bool, depth: int
    ) -> None:
        child = node.first_child
        while child is not None:
            if child.is_text_node:
                self._text(child.text_content or "", is_link=is_link, is_bold=is_bold)
            elif child.is_element_node:
                self._element(child, kind=kind, is_link=is_link, is_bold=is_bold, depth=depth)
            child = child.next

    def _text(self, text: str, *, is_link: bool, is_bold: bool) -> None:
        lines = text.split("\n") if self._is_preformatted else [text]
        for number, line in enumerate(lines):
            if number:
                self._run.end_line()
            self._run.add(line, is_link=is_link, is_bold=is_bold)

    def _element(
        self, node: LexborNode, *, kind: BlockKind, is_link: bool, is_bold: bool, depth: int
    ) -> None:
        tag = node.tag or ""
        if tag == "br":
            self._run.end_line()
        elif depth > _DEEPEST or self._is_left_out(node, tag):
            self._run.edge()
        elif tag in _HEADINGS or tag == "summary":
            self._flush(kind)
            self._heading(node, level=_HEADINGS.get(tag, _PSEUDO_LEVEL), depth=depth)
        elif tag == "table" and not is_layout_table(node):
            self._flush(kind)
            self._table(node, depth=depth)
        elif tag in _BLOCK_TAGS:
            self._block(node, tag, kind=kind, is_link=is_link, is_bold=is_bold, depth=depth)
        else:
            self._run.edge()
            self._children(
                node,
                kind=kind,
                is_link=is_link or (tag == "a" and "href" in node.attributes),
                is_bold=is_bold or tag in _BOLD_TAGS,
                depth=depth + 1,
            )
            self._run.edge()

    def _block(
        self,
        node: LexborNode,
        tag: str,
        *,
        kind: BlockKind,
        is_link: bool,
        is_bold: bool,
        depth: int,
    ) -> None:
        self._flush(kind)
        if tag in _ITEM_TAGS:
            kind = "list_item"
        elif tag in _CAPTION_TAGS:
            kind = "caption"
        elif tag in ("td", "th", "blockquote", "article", "section"):
            kind = "paragraph"
        outer_group, outer_rank, heads = self._group, self._main_rank, len(self._item_heads)
        if tag in ("ul", "ol") and kind == "list_item":
            self._item_heads.extend(self._item_head())
        if tag in _GROUP_TAGS:
            self._group_count += 1
            self._group = self._group_count
        if tag == "main" or node.attributes.get("role") == "main":
            self._main_rank = 2
        elif self._main_rank == 0 and self._rules.is_main_name(_names(node)):
            self._main_rank = 1
        was_preformatted = self._is_preformatted
        self._is_preformatted = was_preformatted or tag == "pre"
        if tag == "dl":
            self._definitions(node, is_link=is_link, is_bold=is_bold, depth=depth + 1)
        else:
            self._children(node, kind=kind, is_link=is_link, is_bold=is_bold, depth=depth + 1)
        self._flush(kind)
        del self._item_heads[heads:]
        self._is_preformatted = was_preformatted
        self._group, self._main_rank = outer_group, outer_rank

    def _definitions(self, node: LexborNode, *, is_link: bool, is_bold: bool, depth: int) -> None:
        """Read a definition list: a description stands below its term."""
        outer = tuple(self._item_heads)
        term: tuple[str, ...] = ()
        for child in _elements(node):
            if child.tag == "div":  # HTML allows to group terms and descriptions
                self._definitions(child, is_link=is_link, is_bold=is_bold, depth=depth + 1)
                continue
            self._item_heads[:] = [*outer, *(term if child.tag == "dd" else ())]
            first = len(self.lines)
            self._element(child, kind="list_item", is_link=is_link, is_bold=is_bold, depth=depth)
            if child.tag == "dt":
                term = tuple(line.text for line in self.lines[first:])[-1:]
        self._item_heads[:] = outer

    def _item_head(self) -> list[str]:
        """Return the text of the item that a nested list stands in, if it can head it."""
        line = self.lines[-1] if self.lines else None
        is_head = line is not None and line.kind == "list_item"
        return [line.text] if line and is_head and len(line.text) <= _LONGEST_ITEM_HEAD else []

    def _is_left_out(self, node: LexborNode, tag: str) -> bool:
        if tag in UNREAD_TAGS or (tag == "button" and not self._reads_buttons):
            return True
        attributes = node.attributes
        style = attributes.get("style")
        if "hidden" in attributes or (style and _hides(style)):
            return True
        if tag in _OUTER_TAGS or (tag == "header" and self._main_rank < 2):
            # a page's banner may hold its headline, and layouts misuse aside for the article
            is_outer = tag == "nav" or node.css_first("article, h1") is None
            is_outer = is_outer and not (tag == "header" and _has_article_parent(node))
        else:
            is_outer = not self._is_lenient and self._rules.is_boilerplate_name(_names(node))
        if not is_outer:
            return False
        # a name on something that holds much of the page is the theme's, not the part's
        return len(node.text()) < 0.4 * self._page_length

    def _heading(self, node: LexborNode, *, level: int, depth: int) -> None:
        piece = flat(self._inner(node, depth=depth))
        if piece.text:
            self._add_heading(piece, level=level)

    def _add_heading(self, piece: Piece, *, level: int) -> None:
        self._path = [entry for entry in self._path if entry[0] < level]
        self._line("heading", piece, level=level)
        self._path.append((level, piece.text))

    def _inner(self, node: LexborNode, *, depth: int) -> list[Piece]:
        """Return the pieces of an element whose inner structure does not count."""
        inner = Walker(rules=self._rules, is_lenient=self._is_lenient)
        inner._reads_buttons = True  # headings that unfold are buttons
        inner._page_length = self._page_length
        inner._children(node, kind="paragraph", is_link=False, is_bold=False, depth=depth)
        inner._flush("paragraph")
        return [Piece(line.text, line.characters, line.linked, 0) for line in inner.lines]

    def _table(self, node: LexborNode, *, depth: int) -> None:
        self._group_count += 1
        group, self._group = self._group, self._group_count
        heads = len(self._item_heads)
        for row in table_rows(node, read=lambda cell: flat(self._inner(cell, depth=depth))):
            self._item_heads[heads:] = row.labels
            kind: BlockKind = "caption" if row.is_caption else "table_row"
            self._line(kind, row.piece)
        del self._item_heads[heads:]
        self._group = group

    def _flush(self, kind: BlockKind) -> None:
        pieces = self._run.take()
        for piece in pieces:
            if not any(character.isalnum() for character in piece.text):
                continue
            if self._is_preformatted and " | " in piece.text:
                self._line("table_row", piece)
            elif kind == "paragraph" and len(pieces) == 1 and _is_pseudo_heading(piece):
                self._add_heading(piece, level=_PSEUDO_LEVEL)
            else:
                self._line(kind, piece)

    def _line(self, kind: BlockKind, piece: Piece, *, level: int = 0) -> None:
        path = tuple(text for _, text in self._path)
        self.lines.append(
            Line(
                kind=kind,
                text=piece.text,
                headings=path if kind == "heading" else (*path, *self._item_heads),
                characters=piece.characters,
                linked=piece.linked,
                group=self._group,
                level=level,
                main_rank=self._main_rank,
            )
        )


def _elements(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        if child.is_element_node:
            yield child
        child = child.next


def _names(node: LexborNode) -> str:
    attributes = node.attributes
    parts = (attributes.get(name) for name in ("class", "id", "role"))
    return " ".join(part for part in parts if part)


def _hides(style: str) -> bool:
    plain = style.replace(" ", "").lower()
    return "display:none" in plain or "visibility:hidden" in plain


def _has_article_parent(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in ("article", "main"):
            return True
        parent = parent.parent
    return False


def _is_pseudo_heading(piece: Piece) -> bool:
    return (
        piece.is_bold
        and len(piece.text) <= _LONGEST_PSEUDO_HEADING
        and piece.text[-1] not in ".,;!"
    )
