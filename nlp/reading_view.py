"""What the pipeline saw in a Document, as plain records that the later rules read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic, Protocol, TypeVar

from spacy.tokens import Doc

from nlp.components.sentences import document_of, sentence_bounds
from nlp.components.triggers import FoundTrigger, find_triggers
from nlp.dates import FoundDate
from nlp.place_judging import PlaceMention
from nlp.regions import speaks_of_division
from nlp.topic_rules import FoundTopic
from partnernetz import edtf
from partnernetz.places import Place
from partnernetz.records import Block, Document, Modality

_HEADINGS_WITHOUT_PLACE = 2  # after so many a list of partners has ended
_DATELINE_SENTENCES = 8
_FIRST_PAGES = 1995
_LONGEST_ROW = 120  # characters

_W = TypeVar("_W")


class Workbench:
    """Keeps what later rules worked out once of a record, as long as the record lives."""

    @cached_property
    def worked_out(self) -> dict[Hashable, Any]:
        """Return what later rules worked out once of this, by a key of theirs."""
        return {}

    def once(self, key: Hashable, work: Callable[[], _W]) -> _W:
        """Return what is kept under a key, worked out when it is first wanted."""
        kept = self.worked_out
        if key not in kept:
            kept[key] = work()
        found: _W = kept[key]
        return found


@dataclass(frozen=True, kw_only=True)
class Sentence(Workbench):
    """A sentence with all that was found in it; offsets count characters of the Document."""

    index: int
    start: int
    end: int
    text: str
    block: Block
    places: tuple[PlaceMention, ...]
    dates: tuple[FoundDate, ...]
    triggers: tuple[FoundTrigger, ...]
    topics: tuple[FoundTopic, ...]
    modality: Modality

    @cached_property
    def _by_category(self) -> dict[str, tuple[FoundTrigger, ...]]:
        found: dict[str, tuple[FoundTrigger, ...]] = {}
        for trigger in self.triggers:
            category = trigger.rule.category
            found[category] = (*found.get(category, ()), trigger)
        return found

    @cached_property
    def _place_ids(self) -> frozenset[str]:
        return frozenset(mention.place.id for mention in self.places)

    @cached_property
    def letters(self) -> int:
        """Return how many letters the sentence has."""
        return sum(map(str.isalpha, self.text))

    def triggers_of(self, category: str) -> tuple[FoundTrigger, ...]:
        """Return the triggers of one category."""
        return self._by_category.get(category, ())

    def has(self, category: str, value: str | None = None) -> bool:
        """Return whether a trigger of the category (and value) stands in the sentence."""
        found = self._by_category.get(category)
        if found is None:
            return False
        return value is None or any(trigger.rule.value == value for trigger in found)

    def place_ids(self) -> frozenset[str]:
        """Return the ids of the places named."""
        return self._place_ids


@dataclass(frozen=True, kw_only=True)
class ReadingView(Workbench):
    """A Document as the pipeline saw it.

    ``host`` is the place that owns the page, ``path_places`` are the towns that its address names
    where nobody owns it.
    """

    document: Document
    host: Place | None
    sentences: tuple[Sentence, ...]
    path_places: tuple[Place, ...] = ()

    @cached_property
    def places(self) -> dict[str, Place]:
        """Return the places named, by id, in the order of their first mention."""
        return {m.place.id: m.place for s in self.sentences for m in s.places}

    @cached_property
    def mentions(self) -> dict[str, list[tuple[Sentence, PlaceMention]]]:
        """Return the mentions of each place with their sentences, in text order."""
        found: dict[str, list[tuple[Sentence, PlaceMention]]] = {}
        for sentence in self.sentences:
            for mention in sentence.places:
                found.setdefault(mention.place.id, []).append((sentence, mention))
        return found

    @cached_property
    def places_of_heading(self) -> dict[str, frozenset[str]]:
        """Return the ids of the places named in each heading, by the heading's text."""
        found: dict[str, set[str]] = {}
        for sentence in self.sentences:
            if sentence.block.kind in ("heading", "title"):
                text = self.document.text[sentence.block.start : sentence.block.end]
                found.setdefault(text, set()).update(sentence.place_ids())
        return {text: frozenset(ids) for text, ids in found.items()}

    @cached_property
    def published(self) -> str | None:
        """Return when the Document was published: as told, else by the dateline at its top."""
        if self.document.reference.published:
            return self.document.reference.published
        for sentence in self.sentences[:_DATELINE_SENTENCES]:
            dates = [date for date in sentence.dates if date.kind == "date" and date.edtf]
            is_line = is_row(sentence.block) and not sentence.has("tie") and not sentence.places
            if len(dates) == 1 and is_line and _is_dateline(dates[0].edtf or ""):
                return dates[0].edtf
        return None

    @cached_property
    def names_division(self) -> bool:
        """Return whether the text speaks of the divided country or its unification."""
        return speaks_of_division(self.document.text)

    @cached_property
    def title_has_tie(self) -> bool:
        """Return whether the title or the first heading names a tie."""
        first = next(
            (s.block for s in self.sentences if s.block.kind in ("title", "heading")), None
        )
        text = self.document.text[first.start : first.end] if first else ""
        return heading_has_tie(self.document.reference.title) or heading_has_tie(text)

    @cached_property
    def under_tie(self) -> frozenset[int]:
        """Return the indexes of the sentences that stand under a heading which names a tie.

        Plain text shows no levels of headings: there the heading reaches over those that follow
        as long as they name places, as the entries of a list of partners do.
        """
        found: set[int] = set()
        reach = 0
        for sentence in self.sentences:
            if sentence.block.kind in ("title", "heading"):
                if sentence.has("tie") or heading_has_tie(sentence.text):
                    reach = _HEADINGS_WITHOUT_PLACE
                elif sentence.places:
                    reach = _HEADINGS_WITHOUT_PLACE if reach else 0
                else:
                    reach = max(0, reach - 1)
            if reach or any(heading_has_tie(h) for h in sentence.block.headings):
                found.add(sentence.index)
        return frozenset(found)

    @cached_property
    def scopes(self) -> dict[int, Mapping[str, float]]:
        """Return the features of sentences worked out so far, by their index."""
        return {}

    @cached_property
    def _sentences_by_block(self) -> dict[int, list[Sentence]]:
        found: dict[int, list[Sentence]] = {}
        for sentence in self.sentences:
            found.setdefault(sentence.block.start, []).append(sentence)
        return found

    def sentences_of_block(self, block: Block) -> Sequence[Sentence]:
        """Return the sentences of a block."""
        return self.sentences_at(block.start)

    def sentences_at(self, start: int) -> Sequence[Sentence]:
        """Return the sentences of the block that begins at a character."""
        return self._sentences_by_block.get(start, ())

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {block.start: number for number, block in enumerate(self.document.blocks)}

    def position_of(self, block: Block) -> int:
        """Return the number of a block in the Document."""
        return self._positions[block.start]

    @cached_property
    def _runs(self) -> dict[int, tuple[Block, ...]]:
        """Return the run of rows with places to which a block belongs, by the block's start."""
        found: dict[int, tuple[Block, ...]] = {}
        run: list[Block] = []
        gap = 0
        for block in (*self.document.blocks, None):
            if block is not None and is_row(block) and self.places_of_block(block):
                run.append(block)
                gap = 0
            elif block is not None and is_row(block) and run and not gap:
                gap = 1  # a row between two rows of a run: a country, a caption
            else:
                found.update({member.start: tuple(run) for member in run})
                run, gap = [], 0
        return found

    def places_around(self, block: Block) -> frozenset[str]:
        """Return the ids of the places named in the run of rows in which a row stands."""
        run = self.rows_around(block)
        if not run:
            return frozenset()
        return self.once(
            ("run", run[0].start),
            lambda: frozenset[str]().union(*map(self.places_of_block, run)),
        )

    def rows_around(self, block: Block) -> tuple[Block, ...]:
        """Return the run of rows with places in which a row stands, itself included."""
        return self._runs.get(block.start, ())

    def places_of_block(self, block: Block) -> frozenset[str]:
        """Return the ids of the places named in a block."""
        return self._places_by_block.get(block.start, frozenset())

    @cached_property
    def _places_by_block(self) -> dict[int, frozenset[str]]:
        found: dict[int, set[str]] = {}
        for sentence in self.sentences:
            found.setdefault(sentence.block.start, set()).update(sentence.place_ids())
        return {start: frozenset(ids) for start, ids in found.items()}

    @cached_property
    def rows_of_two(self) -> int:
        """Return how many short blocks name just two places: the rows of a register of pairs."""
        return sum(
            1
            for block in {s.block.start: s.block for s in self.sentences}.values()
            if is_row(block) and len(self.places_of_block(block)) == 2
        )

    @cached_property
    def date_above(self) -> dict[int, FoundDate]:
        """Return the date that a row stands under, by the start of its block.

        Such a date fills a heading or an entry of its own ("1987"); the next heading ends it.
        """
        found: dict[int, FoundDate] = {}
        current: FoundDate | None = None
        for sentence in self.sentences:
            alone = _date_alone(sentence)
            if alone is not None or sentence.block.kind in ("title", "heading"):
                current = alone
            elif current is not None and is_row(sentence.block):
                found.setdefault(sentence.block.start, current)
        return found


def _date_alone(sentence: Sentence) -> FoundDate | None:
    """Return the date of a sentence that consists of nothing else."""
    dates = [date for date in sentence.dates if date.kind == "date"]
    if len(dates) != 1 or sentence.places:
        return None
    start, end = dates[0].start - sentence.start, dates[0].end - sentence.start
    rest = sentence.text[:start] + sentence.text[end:]
    return None if any(c.isalnum() for c in rest) else dates[0]


def _is_dateline(date: str) -> bool:
    """Return whether a date can be that of a page on the web: a day or month since 1995."""
    return edtf.precision(date) in ("day", "month") and edtf.year(date) >= _FIRST_PAGES


def is_row(block: Block) -> bool:
    """Return whether a block is short enough to be an entry of a list or a table."""
    return block.end - block.start <= _LONGEST_ROW


@lru_cache(maxsize=4096)
def heading_has_tie(heading: str) -> bool:
    """Return whether a heading names a tie ("Partnerstädte")."""
    return any(trigger.rule.category == "tie" for trigger in find_triggers(heading))


def view_of(doc: Doc, *, host: Place | None, path_places: tuple[Place, ...] = ()) -> ReadingView:
    """Return the view of a Doc that has been through the pipeline up to the context."""
    document = document_of(doc)
    blocks = iter(document.blocks)
    block = next(blocks, None)
    places: _Cursor[PlaceMention] = _Cursor(s._.place_mention for s in doc.spans["places"])
    dates: _Cursor[FoundDate] = _Cursor(s._.found_date for s in doc.spans["dates"])
    triggers: _Cursor[FoundTrigger] = _Cursor(doc._.triggers)
    topics = _Cursor(
        [
            FoundTopic(start=s.start_char, end=s.end_char, topic=s.label_, rule=s.id_)
            for s in doc.spans["topics"]
        ]
    )
    modalities = {span.start: span.label_ for span in doc.spans["context"]}
    sentences: list[Sentence] = []
    for first, start, stop in sentence_bounds(doc):
        while block is not None and block.end <= start:
            block = next(blocks, None)
        if block is None:
            break
        if stop <= block.start:
            continue
        end = start + len(document.text[start:stop].rstrip())
        sentences.append(
            Sentence(
                index=len(sentences),
                start=start,
                end=end,
                text=document.text[start:end],
                block=block,
                places=places.until(stop),
                dates=dates.until(stop),
                triggers=triggers.until(stop),
                topics=topics.until(stop),
                modality=modalities.get(first, "asserted"),
            )
        )
    return ReadingView(
        document=document, host=host, sentences=tuple(sentences), path_places=path_places
    )


class _Find(Protocol):
    """Anything found at a place in the text."""

    @property
    def start(self) -> int: ...


_F = TypeVar("_F", bound=_Find)


class _Cursor(Generic[_F]):
    """Hands out finds in text order, sentence by sentence."""

    def __init__(self, finds: Iterable[_F]) -> None:
        self._finds = sorted(finds, key=lambda find: find.start)
        self._next = 0

    def until(self, end: int) -> tuple[_F, ...]:
        first = self._next
        while self._next < len(self._finds) and self._finds[self._next].start < end:
            self._next += 1
        return tuple(self._finds[first : self._next])
