"""Databases with many users, and some of these by chance."""
import contextlib
import dataclasses
import random
import shutil
import sqlite3
import subprocess

from harness import process
from harness.run import Void, say

PASSWORD = 'correct horse battery staple'  # of all of them
LOWEST_COST = {'PASSWORDS_MEMORY_KIB': 8, 'PASSWORDS_PASSES': 1}  # settings of watchword: hashes that cost nothing
BYTES_PER_USER = 340
MIB = 2 ** 20


def make(build, target, count):
    """By watchword_users (bench/users), with hashes of the lowest cost. `target`: sqlite:FILE or a URL of PostgreSQL.
    0: only the schema."""
    command = [build / 'bench/watchword_users', '--users', str(count), '--cache', str(cache_mib(count)), target]
    making = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              preexec_fn=process.end_with_us)
    last = ''
    for line in making.stderr:
        last = line.strip()
        say(last)
    if making.wait() != 0:
        raise Void(last)


def cache_mib(count):
    """What the indexes take, if the machine has that much to spare."""
    return max(64, min(150 * count // 1_000_000, free_memory_mib() // 2))


def free_memory_mib():
    with open('/proc/meminfo') as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith('MemAvailable:')) // 1024


def why_no_room(directory, count):
    """None if so many users find room there, twice."""
    needed, free = 2 * count * BYTES_PER_USER / MIB, shutil.disk_usage(directory).free / MIB
    return f'{count:,} users need about {needed:,.0f} MiB, and {free:,.0f} MiB are free' if free < needed else None


@dataclasses.dataclass
class User:
    public_id: str
    name: str
    email: str


def open_read_only(file):
    return sqlite3.connect(f'file:{file}?mode=ro', uri=True)


def pick(file, count, seed):
    """`count` users by chance, of ids without gaps; the same may come again."""
    chance = random.Random(seed)
    with contextlib.closing(open_read_only(file)) as db:
        (last,) = db.execute('SELECT max(id) FROM user').fetchone()
        return [User(*db.execute('SELECT public_id, name, email FROM user WHERE id = ?',
                                 (chance.randrange(last) + 1,)).fetchone()) for _ in range(count)]
