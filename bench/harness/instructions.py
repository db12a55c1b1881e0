"""Counts of instructions that are recorded in the repository, and what has changed since."""
import concurrent.futures
import dataclasses
import json
import pathlib
import subprocess

from harness import callgrind

RECORD = pathlib.Path(__file__).resolve().parent.parent / 'report/instructions.json'
RECORD_AGAIN = 'python3 bench/instructions.py record build/release'
# The paths that are hottest where it matters, by what they take of a token check, a list and a token not seen before.
RECORDED = ('request/token_check', 'request_head/client', 'token_check/answer', 'bearer_check/known', 'jwt_verify/HS256',
            'user_list/1000')
MOST_CHANGED = 3.0  # %
AT_ONCE = 2


class Incomparable(Exception):
    """There is nothing to compare with on this machine, or from this build."""


@dataclasses.dataclass
class Change:
    name: str
    recorded: float
    counted: float

    @property
    def percent(self):
        return (self.counted / self.recorded - 1) * 100

    @property
    def shows(self):
        return abs(self.percent) > MOST_CHANGED

    def text(self):
        return f'{self.name}: {self.recorded:,.0f} -> {self.counted:,.0f} instructions ({self.percent:+.1f} %)'


def describe(build):
    """What micro_count says of itself: {'build': {what a count depends on besides our sources}, 'subjects': {...}}"""
    program = build / 'bench/micro_count'
    if not callgrind.is_installed() or not program.exists():
        raise Incomparable('valgrind is not installed' if program.exists() else 'there is no micro_count')
    return json.loads(subprocess.run([program], capture_output=True, text=True, check=True).stdout)


def count(build, names):
    """-> {name: instructions of one operation}"""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        counted = pool.map(lambda name: callgrind.count(build / 'bench/micro_count', name), names)
        return dict(zip(names, counted))


def read():
    return json.loads(RECORD.read_text())


def require_comparable(described, recorded):
    """Raises Incomparable, with the reason."""
    here, there = described['build'], recorded['build']
    if here['type'] != 'Release':
        raise Incomparable(f'counts are of release builds, and this one is {here["type"]}')
    for what, version in there.items():
        if here[what] != version:
            raise Incomparable(f'counts were recorded with {what} {version}, and this is {here[what]}')


def changes(recorded, counted):
    return [Change(name, recorded['instructions'][name], counted[name]) for name in recorded['instructions']]


def record(build):
    described = describe(build)
    if described['build']['type'] != 'Release':
        raise Incomparable('only release builds are recorded')
    counted = {name: round(n) for name, n in count(build, RECORDED).items()}
    RECORD.write_text(json.dumps({'build': described['build'], 'instructions': counted}, indent=1) + '\n')
    return counted
