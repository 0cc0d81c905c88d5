"""From articles to event tuples: read, segment, parse, resolve, write."""
