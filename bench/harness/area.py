"""An area of the benchmarks: its command line, its figures in order, its report."""
import argparse
import importlib
import pathlib
import tempfile
import time
import traceback

from harness import machine, report
from harness.run import SIZES, Run, Void, say

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main(area, title, method, figures):
    """`figures`: modules of AREA_figures in the order of the report; each has TITLE and measure(Run) -> Section.
    -> the exit code"""
    given = parse_arguments(title, figures)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='watchword-bench-', dir=given.directory) as directory:
        pathlib.Path(directory).chmod(0o755)  # nginx and PostgreSQL work as another user where root starts them
        run = Run(given.build.resolve(), pathlib.Path(directory), given.size)
        sections = [measure(f'{area}_figures.{name}', run) for name in given.names]
        described = machine.describe(ROOT, run.directory)
    described['run'] = f'{given.size}, {(time.monotonic() - began) / 60:.1f} minutes'
    output = given.output or (None if given.only else ROOT / 'bench/report')
    if output:
        report.write(output, area, title, described, method, sections)
    print(report.markdown(title, described, method, sections))
    return 1 if any(s.void for s in sections) else 0


def measure(name, run):
    module = importlib.import_module(name)
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


def parse_arguments(title, figures):
    arguments = argparse.ArgumentParser(description=title)
    arguments.add_argument('build', type=pathlib.Path)
    size = arguments.add_mutually_exclusive_group()
    for name in SIZES:
        if name != 'default':
            size.add_argument(f'--{name}', dest='size', action='store_const', const=name, default='default')
    arguments.add_argument('--only', help=f'of {", ".join(figures)}; only printed, unless --output is given')
    arguments.add_argument('--output', type=pathlib.Path, help='where the report goes (bench/report)')
    arguments.add_argument('--directory', type=pathlib.Path, help='for what is made to be measured (as TMPDIR says)')
    given = arguments.parse_args()
    given.names = given.only.split(',') if given.only else figures
    unknown = set(given.names) - set(figures)
    if unknown:
        arguments.error(f'there is no {", ".join(sorted(unknown))}')
    return given
