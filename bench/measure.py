#!/usr/bin/env python3
"""Measures areas, one after the other, and makes the report: for bench/run.sh."""
import argparse
import importlib
import sys

from harness import area, options, recorded
from harness.progress import say


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    options.add_to(parser)
    parser.add_argument('areas', nargs='+', choices=recorded.ORDER)
    given = parser.parse_args()
    modules = {name: importlib.import_module(f'{name}_area') for name in given.areas}
    chosen = options.read(parser, given, [f for m in modules.values() for f in m.FIGURES])
    area.prepare()
    for name, module in modules.items():
        area.expect(name, module.FIGURES, chosen)
    codes = [area.measure(name, m.TITLE, m.METHOD, m.FIGURES, chosen) for name, m in modules.items()
             if chosen.chosen(m.FIGURES)]
    say(f'measured: {", ".join(given.areas)}' + ('' if given.only else f'; see {given.output or "bench/report"}/report.html'))
    return max(codes)


if __name__ == '__main__':
    sys.exit(main())
