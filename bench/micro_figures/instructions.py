"""Each part of a request in instructions, and what has changed since they were recorded."""
from harness import instructions
from harness.instructions import MOST_CHANGED, Incomparable
from harness.report import Figure, Section, Table
from harness.run import Void, say

TITLE = 'Parts of a request in instructions'


def measure(run):
    try:
        described = instructions.describe(run.build)
    except Incomparable as e:
        raise Void(str(e)) from e
    names = run.pick(instructions.RECORDED, tuple(described['subjects']), tuple(described['subjects']))
    say(f'counting {len(names)} subjects')
    counted = instructions.count(run.build, names)
    notes, figures, changes = compare(described, counted)
    recorded = {c.name: c for c in changes}
    rows = [[name, f'{n:,.0f}', *told(recorded.get(name))] for name, n in counted.items()]
    return Section(
        TITLE,
        method='The same code, under callgrind (`micro_count`): instructions of one operation outside of the kernel. '
               'libc and OpenSSL are held to code that every x86-64 processor has, so a token costs more to verify '
               'here than where there are instructions for SHA-256. The hottest are recorded in '
               f'`bench/report/instructions.json`; a change of more than {MOST_CHANGED:g} % fails the test '
               f'`instructions` until it is recorded (`{instructions.RECORD_AGAIN}`). From run to run they differ by '
               'less than 1 %.',
        figures=figures, notes=notes, tables=[Table(['operation', 'instructions', 'recorded', 'change'], rows)],
        data={'build': described['build'], 'instructions': counted})


def compare(described, counted):
    """-> (notes, figures, changes); without anything to compare with, a note says why."""
    try:
        recorded = instructions.read()
        instructions.require_comparable(described, recorded)
    except Incomparable as e:
        return [f'Not compared: {e}.'], [], []
    found = instructions.changes(recorded, counted)
    most = max(found, key=lambda c: abs(c.percent))
    figure = Figure('instructions of the hottest paths against those recorded, most apart', abs(most.percent), '%',
                    at_most=MOST_CHANGED)
    return [f'Changed: {c.text()}' for c in found if c.shows], [figure], found


def told(change):
    return (f'{change.recorded:,.0f}', f'{change.percent:+.1f} %') if change else ('', '')
