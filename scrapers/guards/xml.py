"""XML from elsewhere: nothing is looked up or expanded, and no more is read than is needed."""

from __future__ import annotations

from lxml import etree

from scrapers.guards.decoding import EncodingError, decoded, decoders_of

#: The protocol allows sitemaps 50 MB, unpacked (sitemaps.org/protocol.html).
_LARGEST = 50 * 1024 * 1024
#: A sitemap may list 50,000 pages; with a date each and a few pictures that is half of this. What
#: comes later is left unread: its tree would fill the memory.
_MOST_ELEMENTS = 400_000
_PIECE = 64 * 1024


def parse_xml(body: bytes) -> etree._Element:
    """Return the root of an XML document, plain or gzipped; what is broken is mended.

    Raises ValueError, whose message goes on after "it is no usable ...: ", where there is no XML,
    where it declares entities, and where it unpacks to more than 50 MB.
    """
    parser = etree.XMLPullParser(
        events=("start",),
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    plain = _plain(body).lstrip()
    count = 0
    try:
        for start in range(0, len(plain), _PIECE):
            parser.feed(plain[start : start + _PIECE])
            count += sum(1 for _ in parser.read_events())
            if count > _MOST_ELEMENTS:
                break
        root: etree._Element | None = parser.close()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("the listing is no XML") from error
    if root is None:
        raise ValueError("the listing is no XML")
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):  # type: ignore[attr-defined]
        raise ValueError("the listing declares entities, which honest ones do not need")
    return root


def _plain(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    decoders = decoders_of("gzip", most=1)
    plain = bytearray()
    try:
        for piece in decoded(decoders, body):
            plain += piece
            if len(plain) > _LARGEST:
                raise ValueError("the gzipped listing unpacks to more than 50 MB")
    except EncodingError as error:
        raise ValueError("the gzipped listing is torn") from error
    if not decoders[0].is_complete:
        raise ValueError("the gzipped listing is torn")
    return bytes(plain)
