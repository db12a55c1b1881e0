#!/usr/bin/env python3
"""Instructions of the hottest paths, by callgrind, against those recorded in bench/report/instructions.json:

    instructions.py check BUILD     fails if one has changed by more than 3 %; passes, with the reason, where nothing
                                    can be compared: another compiler, another kind of build, no valgrind
    instructions.py record BUILD    records them anew
"""
import pathlib
import sys

from harness import instructions
from harness.instructions import Incomparable


def check(build):
    try:
        recorded = instructions.read()
        instructions.require_comparable(instructions.describe(build), recorded)
    except Incomparable as e:
        print(f'skipped: {e}')
        return 0
    found = instructions.changes(recorded, instructions.count(build, tuple(recorded['instructions'])))
    for change in found:
        print(('FAILED  ' if change.shows else 'ok      ') + change.text())
    changed = sum(c.shows for c in found)
    if changed:
        print(f'If that is meant, record it and say why in the commit: {instructions.RECORD_AGAIN}')
    print(f'{len(found) - changed} passed, {changed} failed')
    return 1 if changed else 0


def record(build):
    for name, counted in instructions.record(build).items():
        print(f'{name}: {counted:,}')
    return 0


def main():
    does = {'check': check, 'record': record}
    if len(sys.argv) != 3 or sys.argv[1] not in does:
        print(__doc__, file=sys.stderr)
        return 2
    return does[sys.argv[1]](pathlib.Path(sys.argv[2]).resolve())


if __name__ == '__main__':
    sys.exit(main())
