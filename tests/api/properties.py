"""What must hold of every operation."""
from effects import Effects
from protocol import Protocol
from values import Values
from world import World


class Properties(Effects, Protocol):
    def all(self):
        """The names, in the order in which they are tried."""
        return ['succeeds', 'within its schema', 'takes no other body', 'takes no other query', 'ids of nothing',
                'other media types', 'Accept', 'credentials', 'permissions', 'HEAD', 'OPTIONS', 'other methods',
                'Idempotency-Key', 'at once', 'If-Match', 'If-None-Match', 'Prefer', 'gzip', 'weak passwords',
                'examples', 'pages', 'says what it was told', 'audit']


def make(server, wire, description, random):
    values = Values(random, description)
    world = World(server, wire, description, random, values)
    return world, Properties(world, random, values, description)
