"""Rows a second through database::write, next to the bare API with one commit for each row and for 64."""
from harness import program
from harness.postgres import Postgres, find_programs
from harness.report import Plot, Section, Table
from harness.rounds import figure, interleave, points, ratios, spread

TITLE = 'Commit batching'
WRITERS = (1, 4, 16, 64, 256)
JUDGED = 64
LEAST_TIMES = 10       # the rows/s of one commit for each row
MOST_LONE_COMMIT = 1.15  # what the writing thread takes for a lone row, times the bare API's

ONE, FLOOR = 'bare, 1 row a commit', f'bare, {JUDGED} rows a commit'


def measure(run):
    rounds, rows, seconds = run.pick((2, 2000, 1), (5, 20_000, 4), (7, 20_000, 4))
    databases = {'SQLite': measure_one(run, f'sqlite:{run.new_directory() / "bench.db"}', rounds, rows, seconds)}
    notes = []
    if find_programs() is None:
        notes.append('PostgreSQL is not installed: not measured')
    else:
        with Postgres(run.new_directory()) as server:
            url = server.new_database()
            databases['PostgreSQL'] = measure_one(run, url, rounds, rows, seconds, connections=True)
            notes.append(f'PostgreSQL {server.version()}, reached by a Unix socket, as it comes (fsync on)')
    section = Section(
        TITLE,
        method='`store_commits`: N coroutines on one I/O thread that each wait for `database::write` of one row of the '
               'user table, then write the next; the bare API (SQLite\'s or libpq\'s, prepared statements, one thread, the '
               'same durability: synchronous=FULL; no triggers, so that libpq\'s tells no other node) with 1 and with '
               f'{JUDGED} rows for each commit. Each run begins with an empty '
               f'table and ends after {rows:,} rows or {seconds} s. {rounds} interleaved rounds in rotating order, '
               'medians; ratios are taken within a round. "Commit" is the time the writing thread takes '
               'for BEGIN, the rows and COMMIT, with its share of the checkpoints, which the bare API makes within commits; '
               'the hop is what the caller waits beyond it.',
        data=databases, notes=notes)
    for name, seen in databases.items():
        section.figures += figures(name, seen)
        section.tables.append(table(name, seen))
        section.plots.append(plot(name, seen))
    return section


def measure_one(run, url, rounds, rows, seconds, connections=False):
    def runs(kind, count):
        return lambda: program.measure(run.build / 'bench/store_commits', kind, count, url, rows, seconds)

    measures = {ONE: runs('raw', 1), FLOOR: runs('raw', JUDGED)}
    measures |= {name_of(n): runs('store', n) for n in run.pick((1, JUDGED), WRITERS, WRITERS)}
    if connections:
        measures[f'libpq, {JUDGED} connections, 1 row a commit'] = runs('connections', JUDGED)
    return interleave(measures, rounds, lambda r: f'{r["per_second"]:,.0f} rows/s')


def name_of(writers):
    return f'{writers} {"writer" if writers == 1 else "writers"}'


def per_second(result):
    return result['per_second']


def p50(result):
    return result['latency_us']['p50']


def figures(database, seen):
    batched, lone = name_of(JUDGED), name_of(1)
    # The median wait of the bare API is its commit; of ours, what the thread took on average, for want of a median.
    commit = spread(ours['commit_us'] / bare['latency_us']['mean'] for ours, bare in zip(seen[lone], seen[ONE]))
    return [figure(f'{database}: rows/s of {batched}, times one commit for each row',
                   ratios(seen, batched, ONE, per_second), at_least=LEAST_TIMES, digits=1),
            figure(f'{database}: rows/s of {batched}, of {JUDGED} rows a commit',
                   ratios(seen, batched, FLOOR, per_second).times(100), '%', digits=0),
            figure(f'{database}: a lone commit, times the bare API\'s', commit, at_most=MOST_LONE_COMMIT),
            figure(f'{database}: a lone write with its hop, times the bare API\'s (p50)', ratios(seen, lone, ONE, p50))]


def plot(database, seen):
    ours = points({n: seen[name_of(n)] for n in WRITERS if name_of(n) in seen}, per_second)
    series = {'watchword': ours}
    for name in seen:
        if name not in map(name_of, WRITERS):
            series[name] = [(n, spread(map(per_second, seen[name])).median) for n in (ours[0][0], ours[-1][0])]
    return Plot(f'{database}: rows a second', 'lines', 'writers at once', 'rows a second', series, log_x=True, log_y=True)


def table(database, seen):
    rows = []
    for name, results in seen.items():
        times = ratios(seen, name, ONE, per_second)
        rows.append([name, *spread(map(per_second, results)).text(0), *times.text(),
                     f'{spread(map(p50, results)).median:,.0f}',
                     f'{spread(r["latency_us"]["p99"] for r in results).median:,.0f}', *of_commits(results)])
    return Table(['', 'rows/s', 'min–max', f'times "{ONE}"', 'min–max', 'p50 µs', 'p99 µs', 'rows a commit', 'commit µs'],
                 rows, database)


def of_commits(results):
    if 'commit_us' not in results[0]:
        return '', ''
    return tuple(f'{spread(r[key] for r in results).median:,.1f}' for key in ('rows_per_commit', 'commit_us'))
