"""What the revocation state takes for a million users and a million ended sessions."""
from harness import program
from harness.report import Section, Table
from harness.rounds import figure, interleave, spread

TITLE = 'Revocation state'
EACH = 1_000_000
MOST_MIB, MOST_SECONDS = 128, 2
MIB = 2 ** 20


def measure(run):
    rounds = run.pick(1, 3, 3)
    seen = interleave({'load': lambda: program.measure(run.build / 'bench/revocation_load', EACH, EACH)}, rounds,
                      lambda r: f'{r["load_cpu_seconds"]:.2f} s, {resident(r):.1f} MiB')['load']

    def of(key, factor=1):
        return spread(r[key] for r in seen).times(factor)

    rows = [['memory of the process for it, MiB', *spread(map(resident, seen)).text(1)],
            ['memory as it counts itself, MiB', *of('bytes', 1 / MIB).text(1)],
            ['loading, CPU s', *of('load_cpu_seconds').text()],
            ['loading, s', *of('load_seconds').text()],
            ['the same by single changes, s', *of('single_changes_seconds').text()],
            ['the longest single change, ms', *of('longest_change_ms').text()],
            ['forgetting all of it, ms', *of('forget_ms').text()]]
    return Section(
        TITLE,
        method=f'`revocation_load`: {EACH:,} users whose generation was raised and {EACH:,} sessions that have ended, loaded '
               'in spans of 4,096 from memory on one thread; the texts are made meanwhile and count, the database is not '
               f'asked. {rounds} processes, medians.',
        figures=[figure('memory of 1,000,000 users and 1,000,000 ended sessions', spread(map(resident, seen)), 'MiB',
                        at_most=MOST_MIB, digits=1),
                 figure('loading these, CPU', of('load_cpu_seconds'), 's', at_most=MOST_SECONDS)],
        tables=[Table(['', 'median', 'min–max'], rows)], data=seen)


def resident(result):
    return max(result['resident_bytes'], result['bytes']) / MIB
