"""The command line of what measures."""
import argparse
import dataclasses
import pathlib

from harness.run import SIZES


@dataclasses.dataclass
class Options:
    build: pathlib.Path
    size: str
    huge: bool
    only: list  # of figures; empty for all
    output: pathlib.Path | None
    directory: pathlib.Path | None

    def chosen(self, figures):
        return [f for f in figures if not self.only or f in self.only]


def add_to(parser):
    parser.add_argument('build', type=pathlib.Path)
    size = parser.add_mutually_exclusive_group()
    for name in SIZES:
        if name != 'default':
            size.add_argument(f'--{name}', dest='size', action='store_const', const=name, default='default')
    size.add_argument('--huge', action='store_true', help='--full, and what takes longer: ten million users')
    parser.add_argument('--only', default='', metavar='NAME,...',
                        help='these figures; only printed, unless --output is given')
    parser.add_argument('--output', type=pathlib.Path, help='where the report goes (bench/report)')
    parser.add_argument('--directory', type=pathlib.Path, help='for what is made to be measured (as TMPDIR says)')


def read(parser, given, figures):
    """`figures`: all that there are"""
    only = given.only.split(',') if given.only else []
    unknown = set(only) - set(figures)
    if unknown:
        parser.error(f'there is no {", ".join(sorted(unknown))}; there are: {", ".join(figures)}')
    return Options(given.build, 'full' if given.huge else given.size, given.huge, only, given.output, given.directory)


def parse(title, figures):
    parser = argparse.ArgumentParser(description=title)
    add_to(parser)
    return read(parser, parser.parse_args(), figures)
