"""What sign-up, login and token check cost when there are millions of users."""
import contextlib
import dataclasses
import itertools
import os
import pathlib
import time

from harness import forms, load, made_users, servers, tokens
from harness.report import Plot, Section, Table
from harness.rounds import figure, interleave, points, ratios, spread
from harness.run import Void

TITLE = 'Millions of users'
SMALL = 1_000
MOST_TIMES = 1.5  # what it costs with SMALL users
BUSY = 32         # connections, for CPU time; 1 for latency
COLD = 500        # logins right after the file was forgotten

SIGN_UP, LOGIN, UNCACHED, CACHED = 'sign-up', 'login', 'token check', 'token check, known token'
# How many requests each connection count gets: enough for the CPU clock, few enough for a small table to stay small.
REQUESTS = {SIGN_UP: {1: 200, BUSY: 1500}, LOGIN: {1: 1000, BUSY: 10_000}, UNCACHED: {1: 1000, BUSY: 15_000},
            CACHED: {1: 1000, BUSY: 30_000}}

numbers = itertools.count()


def measure(run):
    rounds = run.pick(1, 5, 9)
    sizes = [SMALL, run.pick(100_000, 1_000_000, 1_000_000)] + ([10_000_000] if run.huge else [])
    notes, databases = [], []
    for size in sizes:
        no_room = made_users.why_no_room(run.directory, size)
        if no_room:
            notes.append(no_room + ': not measured')
            continue
        databases.append(Database.make(run, size))
    if len(databases) < 2:
        raise Void('; '.join(notes))
    seen, cold = measure_server(run, databases, rounds)
    seen |= measure_checks(run, databases, rounds)
    notes += [f'{d.size:,} users: a file of {d.file_mib:,.0f} MiB; the first {COLD:,} logins after the kernel forgot it: '
              f'p50 {c["p50"]:,.0f} µs, p99 {c["p99"]:,.0f} µs' for d, c in zip(databases, cold)]
    return section(databases, rounds, seen, notes)


@dataclasses.dataclass
class Database:
    size: int
    directory: pathlib.Path
    users: list  # some of them, by chance
    file_mib: float

    @classmethod
    def make(cls, run, size):
        directory = run.new_directory()
        file = directory / 'bench.db'
        made_users.make(run.build, f'sqlite:{file}', size)
        return cls(size, directory, made_users.pick(file, 20_000, seed=size), file.stat().st_size / made_users.MIB)

    @property
    def file(self):
        return self.directory / 'bench.db'

    def name(self):
        return f'{self.size:,} users'

    def warm(self):
        """Into the kernel's page cache."""
        with self.file.open('rb', buffering=0) as f:
            while f.read(2 ** 22):
                pass

    def forget(self):
        with self.file.open('rb') as f:
            os.fdatasync(f.fileno())
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def start(run, database):
    return servers.start_watchword(run.build, database.directory, settings=made_users.LOWEST_COST)


def measure_server(run, databases, rounds):
    """-> {operation: {database: [result]}}, cold logins of each database"""
    def fresh(database, running):
        """Sign-ups would make a small table grow: each round begins with a new one."""
        if database.size == SMALL:
            database = Database.make(run, SMALL)
        return database, running.enter_context(start(run, database))

    cold = []
    for database in databases:
        with start(run, database) as server:
            database.forget()
            cold.append(ask(run, server, login_class(database), 1, COLD)['classes']['request']['latency_us'])
            database.warm()

    def one(database, operation):
        with contextlib.ExitStack() as running:
            database, server = fresh(database, running)
            ask(run, server, login_class(database), BUSY, 2000)  # threads, connections and pages are there
            return both(run, server, operation, login_class(database) if operation == LOGIN else None)

    return {operation: interleave({d.name(): lambda d=d: one(d, operation) for d in databases}, rounds, told)
            for operation in (LOGIN, SIGN_UP)}, cold


def measure_checks(run, databases, rounds):
    with contextlib.ExitStack() as running:
        started = {}
        for database in databases:
            database.warm()
            server = servers.start_check_server(run.build, database.directory, tokens.SECRET)
            started[database.size] = running.enter_context(server)
        for database in databases:
            ask(run, started[database.size], check_class(database, 2000), BUSY, 2000)
        return {operation: interleave({d.name(): lambda d=d: both(run, started[d.size], operation, database=d)
                                       for d in databases}, rounds, told) for operation in (UNCACHED, CACHED)}


def both(run, server, operation, kind=None, database=None):
    """One round: alone for latency, many at once for CPU time."""
    seen = {}
    for connections, requests in REQUESTS[operation].items():
        if operation == SIGN_UP:
            asked = forms.sign_ups(requests, name='request')
        elif operation == UNCACHED:
            asked = check_class(database, requests)
        else:
            asked = kind or check_class(database, 500)
        seen[connections] = ask(run, server, asked, connections, requests)
    alone, busy = seen[1]['classes']['request']['latency_us'], seen[BUSY]
    return {'cpu_us': busy['watched_cpu_seconds'] * 1e6 / busy['answers'], 'p50_us': alone['p50'], 'p99_us': alone['p99'],
            'per_second': busy['per_second'], 'busy_p99_us': busy['classes']['request']['latency_us']['p99']}


def ask(run, server, asked, connections, requests):
    return load.measure(run.build, server, [asked], '--connections', connections, '--requests', requests, '--warm-up', 0,
                        '--quiet', watch=True)


def login_class(database):
    return forms.logins_of(database.users, name='request')


def check_class(database, count):
    """Tokens that were never seen: of users by chance, and each expires later than those before."""
    expires = int(time.time()) + 3600
    values = [tokens.issue(tokens.SECRET, database.users[n % len(database.users)].public_id, expires + n)
              for n in itertools.islice(numbers, count)]
    return load.request_class('/check', headers_in_turn={'x-access-token': values}, expect=[204])


def told(result):
    return f'{result["cpu_us"]:.1f} µs CPU, p50 {result["p50_us"]:,.0f} µs'


def section(databases, rounds, seen, notes):
    small, *large = databases
    result = Section(
        TITLE,
        method='SQLite files made by `watchword_users`, in the kernel\'s page cache. Sign-up and login through `watchword` '
               'with one I/O thread, hashes at the lowest cost there is and one known password; token checks through '
               '`check_server`, the same HTTP server, token guard and database behind a route that does nothing else. A '
               'token check looks its user up, a known token does not. CPU time of the server from '
               f'{BUSY} connections, latency from one, closed loop; users by chance, each token and each new address sent '
               f'once. {SMALL:,} users are up to {SMALL + sum(REQUESTS[SIGN_UP].values()):,} by the end of a round, which '
               f'begins anew. {rounds} interleaved rounds, medians; ratios are taken within a round.',
        notes=notes, data=seen)
    for operation, results in seen.items():
        for database in large:
            for what, key in (('CPU', 'cpu_us'), ('p50', 'p50_us')):
                times = ratios(results, database.name(), small.name(), lambda r, key=key: r[key])
                result.figures.append(figure(f'{operation}, {what}: {database.name()}, times {SMALL:,}', times,
                                             at_most=MOST_TIMES))
        result.tables.append(table(operation, small, results))
    result.plots = [plot(title, y, key, seen) for title, y, key in (('Cost', 'CPU µs per request', 'cpu_us'),
                                                                    ('Latency of one client', 'p50, µs', 'p50_us'))]
    return result


def plot(title, y, key, seen):
    sizes = list(dict.fromkeys(size for results in seen.values() for size in results))
    series = {size: points({operation: results[size] for operation, results in seen.items()}, lambda r: r[key])
              for size in sizes}
    return Plot(title, 'bars', 'request', y, series)


def table(operation, small, results):
    rows = []
    for name, of_rounds in results.items():
        rows.append([name, *spread(r['cpu_us'] for r in of_rounds).text(1),
                     *ratios(results, name, small.name(), lambda r: r['cpu_us']).text(),
                     *(f'{spread(r[key] for r in of_rounds).median:,.0f}' for key in ('p50_us', 'p99_us')),
                     *ratios(results, name, small.name(), lambda r: r['p50_us']).text(),
                     f'{spread(r["per_second"] for r in of_rounds).median:,.0f}'])
    return Table([operation, 'CPU µs', 'min–max', f'times {SMALL:,}', 'min–max', 'p50 µs', 'p99 µs', f'p50, times {SMALL:,}',
                  'min–max', 'requests/s'], rows)
