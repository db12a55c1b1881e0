"""Refreshes a second through accounts::sessions, whose writes ride the group commit, next to a commit for each."""
from harness import program
from harness.postgres import Postgres, find_programs
from harness.report import Section, Table
from harness.rounds import figure, interleave, ratios, spread

TITLE = 'Refreshes and commits'
CALLERS = (1, 64, 256)
JUDGED = 64
LEAST_TIMES = 10  # the refreshes/s of one commit for each
EACH = 'one thread, a commit each'


def measure(run):
    rounds, refreshes, seconds = run.pick((2, 3000, 1), (5, 20_000, 4), (7, 20_000, 4))
    databases = {'SQLite': measure_one(run, f'sqlite:{run.new_directory() / "bench.db"}', rounds, refreshes, seconds)}
    notes = []
    if find_programs() is None:
        notes.append('PostgreSQL is not installed: not measured')
    else:
        with Postgres(run.new_directory()) as server:
            databases['PostgreSQL'] = measure_one(run, server.new_database(), rounds, refreshes, seconds)
            notes.append(f'PostgreSQL {server.version()}, reached by a Unix socket, as it comes (fsync on)')
    section = Section(
        TITLE,
        method='`store_refreshes`: N coroutines on one I/O thread that each present the newest refresh token of one of '
               f'their sessions (of 16,384 in all) and wait for its successor, durable; beside it one thread that does '
               'the same to the rows with a commit for each, without coroutines or queue. Each run ends after '
               f'{refreshes:,} refreshes or {seconds} s. {rounds} interleaved rounds in rotating order, medians; ratios '
               'are taken within a round. How many times it is depends on what the disk takes for a commit.',
        data=databases, notes=notes)
    for name, seen in databases.items():
        section.figures.append(figure(f'{name}: refreshes/s of {name_of(JUDGED)}, times a commit each',
                                      ratios(seen, name_of(JUDGED), EACH, per_second), at_least=LEAST_TIMES, digits=1))
        section.tables.append(table(name, seen))
    return section


def measure_one(run, url, rounds, refreshes, seconds):
    def runs(kind, count):
        return lambda: program.measure(run.build / 'bench/store_refreshes', kind, count, url, 16_384, refreshes, seconds)

    measures = {EACH: runs('each', 1)} | {name_of(n): runs('service', n) for n in CALLERS}
    return interleave(measures, rounds, lambda r: f'{r["per_second"]:,.0f} refreshes/s')


def name_of(callers):
    return f'{callers} {"caller" if callers == 1 else "callers"}'


def per_second(result):
    return result['per_second']


def table(database, seen):
    rows = []
    for name, results in seen.items():
        batch = spread(r['refreshes_per_commit'] for r in results).median if 'refreshes_per_commit' in results[0] else 1
        rows.append([name, *spread(map(per_second, results)).text(0), *ratios(seen, name, EACH, per_second).text(),
                     *(f'{spread(r["latency_us"][p] for r in results).median:,.0f}' for p in ('p50', 'p99')),
                     f'{batch:,.1f}'])
    return Table(['', 'refreshes/s', 'min–max', f'times "{EACH}"', 'min–max', 'p50 µs', 'p99 µs', 'refreshes a commit'],
                 rows, database)
