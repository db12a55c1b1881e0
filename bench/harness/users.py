"""Many users: into the database of a server that does not run, and out of a list that arrives in pieces."""
import contextlib
import json
import sqlite3
import uuid

from harness.run import Void, say

BATCH = 100_000
SEPARATOR = b'},{'  # between two users; no value that add() makes has it


def add(database, count):
    """Adds `count` users to the SQLite file, in which watchword has made its tables and at least one user, whose
    password they get."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute('PRAGMA synchronous = OFF')
        db.execute('PRAGMA cache_size = -400000')
        (hashed,) = db.execute('SELECT password FROM user LIMIT 1').fetchone()
        for first in range(0, count, BATCH):
            last = min(first + BATCH, count)
            db.execute('BEGIN')
            db.executemany('INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)',
                           ((str(uuid.UUID(int=(n * 2654435761 << 64) + n)), f'Listed {n}', f'listed{n}@example.test',
                             hashed) for n in range(first, last)))
            db.execute('COMMIT')
            if count > BATCH:
                say(f'{last:,} of {count:,} users made')
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')


class ListCheck:
    """Takes the body of GET /user piece by piece and raises Void unless it is the JSON of all users, each once and in
    order: `first` others, then those that add() made."""

    HEAD, TAIL = b'{"users":[', b']}\n'

    def __init__(self, first, count):
        self._left = b''
        self._begun = False
        self._first = first
        self._count = count
        self.users = 0

    def feed(self, piece):
        self._left += piece
        if not self._begun:
            if len(self._left) < len(self.HEAD):
                return
            self._need(self._left.startswith(self.HEAD), 'begins differently')
            self._left = self._left[len(self.HEAD):]
            self._begun = True
        cut = self._left.rfind(SEPARATOR)
        if cut >= 0:
            self._read(self._left[:cut + 1])
            self._left = self._left[cut + 2:]

    def finish(self):
        self._need(self._begun and self._left.endswith(self.TAIL), 'does not end')
        self._read(self._left[:-len(self.TAIL)])
        self._need(self.users == self._first + self._count, f'has {self.users:,} users')

    def _read(self, users):
        try:
            parsed = json.loads(b'[' + users + b']')
        except ValueError as e:
            raise Void(f'the list is no JSON after {self.users:,} users: {e}') from e
        for user in parsed:
            expected = self.users - self._first
            if expected >= 0:
                self._need(user['email'] == f'listed{expected}@example.test' and user['name'] == f'Listed {expected}',
                           f'has {user} where user {expected} should be')
            self.users += 1

    @staticmethod
    def _need(holds, otherwise):
        if not holds:
            raise Void(f'the list {otherwise}')
