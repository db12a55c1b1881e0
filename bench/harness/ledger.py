"""Whether everything that a load generator's --ledger holds is there."""
import contextlib
import dataclasses
import json
import pathlib
import sqlite3
import urllib.request

COLUMN = 'email'


@dataclasses.dataclass
class Verdict:
    acknowledged: int
    lost: list  # of them, those that are not there

    def as_json(self):
        return json.dumps({'acknowledged': self.acknowledged, 'lost': len(self.lost), 'examples': self.lost[:5]})


def acknowledged(file, class_name=None):
    """The values of all lines, or of one class's. A last line that is cut off says nothing. Raises ValueError."""
    values = set()
    for number, line in enumerate(pathlib.Path(file).read_text().splitlines(keepends=True), 1):
        if line.endswith('\n'):
            name, value = read_line(line, f'{file}:{number}')
            if class_name in (None, name):
                values.add(value)
    if not values:
        raise ValueError(f'{file}: nothing was acknowledged')
    return values


def read_line(line, place):
    try:
        entry = json.loads(line)
        name, value = entry['class'], entry['value']
    except (ValueError, KeyError, TypeError):
        name = value = None
    if not isinstance(name, str) or not isinstance(value, str):
        raise ValueError(f'{place}: not a line of a ledger')
    return name, value


def in_sqlite(file):
    """The addresses of all users. After a crash the server must have been there first, or its recovery is not tested."""
    with contextlib.closing(sqlite3.connect(f'file:{file}?mode=ro', uri=True, timeout=60)) as database:
        return {row[0] for row in database.execute(f'SELECT {COLUMN} FROM user')}


def in_list(port, token):
    """The same, as the server lists them."""
    request = urllib.request.Request(f'http://127.0.0.1:{port}/user', headers={'x-access-token': token})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return {user[COLUMN] for user in json.load(answer)['users']}


def compare(values, existing):
    return Verdict(len(values), sorted(values - existing))
