"""A chunk as bytes, for the way to a worker; its events come back as a payload."""

import json

from coder.pipeline.article import Article
from coder.pipeline.chunk import Chunk, Position
from coder.pipeline.read import RecordError


def chunk_to_bytes(chunk: Chunk) -> bytes:
    """Return the chunk as JSON."""
    values = {
        "number": chunk.number,
        "end": [chunk.end.source, chunk.end.record],
        "articles": [
            {
                "text": article.text,
                "id": article.key,
                "date": None if article.published is None else article.published.isoformat(),
                "url": article.url,
                "title": article.title,
                "publisher": article.publisher,
            }
            for article in chunk.articles
        ],
        "places": chunk.places,
        "errors": [error.to_dict() for error in chunk.errors],
    }
    return json.dumps(values, ensure_ascii=False).encode()


def chunk_from_bytes(data: bytes) -> Chunk:
    """Return the chunk that :func:`chunk_to_bytes` wrote."""
    values = json.loads(data)
    return Chunk(
        values["number"],
        [Article(**article) for article in values["articles"]],
        [(label, number) for label, number in values["places"]],
        [RecordError(**error) for error in values["errors"]],
        Position(*values["end"]),
    )
