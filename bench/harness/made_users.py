"""Databases with many users, by watchword_users (bench/users)."""
import contextlib
import dataclasses
import random
import shutil
import sqlite3
import subprocess

from harness import process
from harness.run import Void, say

PASSWORD = 'correct horse battery staple'  # of all of them
SETTINGS = {'PASSWORDS_MEMORY_KIB': 8, 'PASSWORDS_PASSES': 1}  # of the server, whose hashes are then theirs
BYTES_PER_USER = 340
MIB = 2 ** 20


def make(build, target, count):
    """`target`: sqlite:FILE or a URL of PostgreSQL. 0: only the schema."""
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
class Picked:
    public_id: str
    email: str


def pick(file, count, seed):
    """`count` users by chance; the same may come again."""
    chance = random.Random(seed)
    with contextlib.closing(sqlite3.connect(f'file:{file}?mode=ro', uri=True)) as db:
        (last,) = db.execute('SELECT max(id) FROM user').fetchone()
        return [Picked(*db.execute('SELECT public_id, email FROM user WHERE id = ?',
                                   (chance.randrange(last) + 1,)).fetchone()) for _ in range(count)]
