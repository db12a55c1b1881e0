"""The databases that servers start from: the tutorial's schema, users with one known password, nothing besides."""
import contextlib
import dataclasses
import pathlib
import random
import shutil
import sqlite3
import uuid

from harness import client, servers
from harness.made_users import LOWEST_COST, PASSWORD, User, open_read_only, pick
from harness.run import say

KEPT_FROM = 100_000  # users: bigger databases are kept beside the build
VERSION = 1          # of what is in the kept ones
BATCH = 50_000

SCHEMA = '''CREATE TABLE user (
    id INTEGER NOT NULL,
    public_id VARCHAR(50),
    name VARCHAR(100),
    email VARCHAR(70),
    password VARCHAR(80),
    PRIMARY KEY (id),
    UNIQUE (public_id),
    UNIQUE (email)
)'''

hashes = {}  # cost of hashing -> the hash of PASSWORD: made once in a run


@dataclasses.dataclass
class Starting:
    file: pathlib.Path
    size: int

    def copy_to(self, directory):
        """-> the copy"""
        return shutil.copyfile(self.file, directory / 'bench.db')

    def users(self):
        """All of them, in the order of a list."""
        with contextlib.closing(open_read_only(self.file)) as db:
            return [User(*row) for row in db.execute('SELECT public_id, name, email FROM user ORDER BY id')]

    def pick(self, count, seed=1):
        """By chance; the same may come again."""
        return pick(self.file, count, seed)


def database(run, size, lowest_cost=False):
    """With so many users; their hashes have the default cost, or the lowest there is."""
    name = f'{size}-users-{"lowest" if lowest_cost else "default"}-cost-{VERSION}.db'
    if size < KEPT_FROM:
        place = run.directory
    else:
        place = run.build / 'bench/databases'
        place.mkdir(exist_ok=True)
    file = place / name
    if not file.exists():
        fill(run.new_directory() / name, file, size, hash_of_password(run, lowest_cost))
    return Starting(file, size)


def hash_of_password(run, lowest_cost):
    if lowest_cost not in hashes:
        directory = run.new_directory()
        with servers.start_watchword(run.build, directory, settings=LOWEST_COST if lowest_cost else {}) as server:
            fields = {'name': 'x', 'email': 'x@example.test', 'password': PASSWORD}
            status, body = client.post_form(server.port, '/signup', fields)
            if status != 201:
                raise RuntimeError(f'sign-up answered {status} {body!r}')
        with contextlib.closing(open_read_only(directory / 'bench.db')) as db:
            (hashes[lowest_cost],) = db.execute('SELECT password FROM user').fetchone()
    return hashes[lowest_cost]


def fill(made, file, size, hashed):
    if size >= KEPT_FROM:
        say(f'making a database of {size:,} users, once')
    chance = random.Random(size)
    with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as db:
        db.execute('PRAGMA journal_mode = OFF')
        db.execute('PRAGMA synchronous = OFF')
        db.execute('PRAGMA cache_size = -400000')
        db.execute(SCHEMA)
        for first in range(0, size, BATCH):
            db.execute('BEGIN')
            db.executemany('INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)',
                           (new_user(chance, n) + (hashed,) for n in range(first, min(first + BATCH, size))))
            db.execute('COMMIT')
    shutil.move(made, file.with_suffix('.part'))
    file.with_suffix('.part').rename(file)


def new_user(chance, number):
    """-> (public_id, name, email)"""
    public_id = uuid.UUID(int=chance.getrandbits(128), version=4)
    return str(public_id), f'User {number}', f'{chance.getrandbits(32):08x}.{number}@example.test'
