#!/usr/bin/env python3
"""What lib/http costs and what it withstands, next to a raw epoll loop and nginx.

http_area.py BUILD_DIRECTORY [--quick | --full] [--only NAME,...] [--output DIRECTORY]
"""
import argparse
import importlib
import pathlib
import sys
import tempfile
import time
import traceback

from harness import machine, report
from harness.run import SIZES, Run, Void, say

ROOT = pathlib.Path(__file__).resolve().parent.parent
TITLE = 'HTTP: cost and strength'
METHOD = ('Everything runs on one machine, over loopback; clients share its cores with the server. Ratios compare across '
          'machines, absolute numbers do not. A measurement with a failed or a wrong answer is void and repeated; what '
          'stays void is shown as that.')

# Modules of http_figures, in the order of the report. Each has TITLE and measure(Run) -> Section.
FIGURES = ('cost', 'heap', 'system_calls', 'idle_memory', 'generator', 'scaling', 'listing', 'overload', 'slow_clients')


def measure(name, run):
    module = importlib.import_module(f'http_figures.{name}')
    began = time.monotonic()
    say(f'== {module.TITLE}')
    try:
        section = module.measure(run)
    except Void as e:
        section = report.Section(module.TITLE, void=str(e))
    except Exception as e:  # the others shall be measured all the same
        traceback.print_exc()
        section = report.Section(module.TITLE, void=f'the measurement broke off: {type(e).__name__}: {e}')
    say(f'-- {time.monotonic() - began:.0f} s')
    return section


def parse_arguments():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument('build', type=pathlib.Path)
    size = arguments.add_mutually_exclusive_group()
    for name in SIZES:
        if name != 'default':
            size.add_argument(f'--{name}', dest='size', action='store_const', const=name, default='default')
    arguments.add_argument('--only', help=f'of {", ".join(FIGURES)}; only printed, unless --output is given')
    arguments.add_argument('--output', type=pathlib.Path)
    given = arguments.parse_args()
    given.names = given.only.split(',') if given.only else FIGURES
    unknown = set(given.names) - set(FIGURES)
    if unknown:
        arguments.error(f'there is no {", ".join(sorted(unknown))}')
    return given


def main():
    given = parse_arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='watchword-bench-') as directory:
        pathlib.Path(directory).chmod(0o755)  # nginx works as another user where root starts it
        run = Run(given.build.resolve(), pathlib.Path(directory), given.size)
        sections = [measure(name, run) for name in given.names]
    described = machine.describe(ROOT) | {'run': f'{given.size}, {(time.monotonic() - began) / 60:.1f} minutes'}
    output = given.output or (None if given.only else ROOT / 'bench/report')
    if output:
        report.write(output, 'http', TITLE, described, METHOD, sections)
    print(report.markdown(TITLE, described, METHOD, sections))
    return 1 if any(s.void for s in sections) else 0


if __name__ == '__main__':
    sys.exit(main())
