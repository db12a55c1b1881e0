"""What Watchword costs on SQLite and on PostgreSQL, there with one server and with two."""
import contextlib
import dataclasses
import http.client
import itertools
import statistics
import time
from collections.abc import Callable

from harness import client, forms, load, postgres, servers
from harness.made_users import LOWEST_COST
from harness.report import Figure, Plot, Section, Table
from harness.rounds import interleave, points, spread
from harness.run import Void
from harness.tokens import SECRET
from peers_figures.contest import need

TITLE = 'SQLite and PostgreSQL, one server and two'
USERS = 3
CONNECTIONS = 64           # in all
MOST_SIGN_UPS = 20_000     # a second, more than there will be
MOST_DELAY_SECONDS = 10
OPERATIONS = ('token check', 'login', 'sign-up')
numbers = itertools.count()


@dataclasses.dataclass
class Place:
    name: str
    nodes: list            # of harness.process.Program
    database_cpu: Callable  # -> s, of PostgreSQL's processes
    token: str = ''
    answer: str = ''       # to GET /user, at first


def measure(run):
    try:
        postgresql = postgres.Postgres(run.new_directory())
    except RuntimeError as e:
        raise Void(str(e)) from e
    rounds, seconds, delays = run.pick((1, 0.4, 20), (2, 1.5, 100), (4, 2.5, 300))
    with contextlib.ExitStack() as running:
        running.enter_context(postgresql)
        places = [place(run, running, 'SQLite', ['sqlite:bench.db'], lambda: 0)]
        for name, count in (('PostgreSQL', 1), ('PostgreSQL, two servers', 2)):
            places.append(place(run, running, name, [postgresql.new_database()] * count, postgresql.cpu_seconds))
        seen = {}
        for operation in OPERATIONS:
            if operation == 'sign-up':  # while the list is short
                delay = [known_elsewhere(places[-1]) for _ in range(delays)]
            measures = {p.name: lambda p=p, o=operation: busy(run, p, o, seconds) for p in places}
            seen[operation] = interleave(measures, rounds, told)
        version = postgresql.version()
    return section(rounds, seconds, version, seen, delay)


def place(run, running, name, urls, database_cpu):
    settings = {'SECRET': SECRET, **LOWEST_COST}
    nodes = [running.enter_context(servers.start_watchword(run.build, run.new_directory(), settings=settings, database=url))
             for url in urls]
    token = client.sign_up(nodes[0].port, USERS)
    made = Place(name, nodes, database_cpu, token)
    made.answer = client.raw_answer(nodes[-1].port, '/user', {'x-access-token': token})[1].decode()
    need(made.answer.count('"email"') == USERS, f'{name}: the users are not known to the last server')
    return made


def request(place, operation, seconds):
    if operation == 'token check':
        return load.request_class('/user', {'x-access-token': place.token}, name='request', answer=place.answer)
    if operation == 'login':
        return forms.logins(map(client.credentials, range(USERS)), name='request')
    return forms.sign_ups(int(MOST_SIGN_UPS * (seconds + 0.5)), name='request')


def busy(run, place, operation, seconds):
    """All servers of the place at once."""
    flags = ['--connections', CONNECTIONS // len(place.nodes), '--duration', seconds, '--warm-up', 0, '--quiet']
    before = place.database_cpu()
    with contextlib.ExitStack() as running:
        loads = [running.enter_context(
            load.Load(run.build, node, [request(place, operation, seconds)], *flags, watch=True)) for node in place.nodes]
        reports = [one.result(seconds) for one in loads]
    answers = sum(r['answers'] for r in reports)
    return {'cpu_us': sum(r['watched_cpu_seconds'] for r in reports) * 1e6 / answers,
            'database_cpu_us': (place.database_cpu() - before) * 1e6 / answers,
            'per_second': sum(r['per_second'] for r in reports),
            'p99_us': max(r['classes']['request']['latency_us']['p99'] for r in reports)}


def told(result):
    return f'{result["cpu_us"]:.1f} + {result["database_cpu_us"]:.1f} µs, {result["per_second"]:,.0f}/s'


def known_elsewhere(place):
    """Seconds from the 201 of one server until the other's list has the user."""
    first, second = place.nodes
    email = f'here{next(numbers)}@example.test'
    with contextlib.closing(http.client.HTTPConnection('127.0.0.1', second.port, timeout=20)) as asking:
        asking.connect()
        status, _ = client.post_form(first.port, '/signup', {'name': 'Here', 'email': email, 'password': 'a password'})
        began = time.monotonic()
        need(status == 201, f'a sign-up is answered {status}')
        while time.monotonic() < began + MOST_DELAY_SECONDS:
            asking.request('GET', '/user', headers={'x-access-token': place.token})
            if email.encode() in asking.getresponse().read():
                return time.monotonic() - began
    raise Void(f'{email} is not known to the other server after {MOST_DELAY_SECONDS} s')


def section(rounds, seconds, version, seen, delay):
    delay_ms = sorted(1000 * d for d in delay)
    return Section(
        TITLE,
        method='Watchword with one I/O thread for each server, hashes of the lowest cost (8 KiB, 1 pass) so that the '
               f'rest shows; PostgreSQL {version} as Debian sets it up, on a Unix socket, equally durable. {CONNECTIONS} '
               f'connections in all, closed loop for {seconds} s, {rounds} interleaved rounds, medians. PostgreSQL\'s '
               'CPU time is that of its processes. All of it shares the cores of one machine, so that two servers are no '
               'faster here: what counts is what they cost. Sign-ups of one server show in the other\'s list at once, '
               f'asked {len(delay_ms)} times from the moment of the 201.',
        figures=[Figure('a sign-up is in the list of the other server after, p50', statistics.median(delay_ms), 'ms'),
                 Figure('a sign-up is in the list of the other server after, the longest', delay_ms[-1], 'ms')],
        tables=[table(operation, results) for operation, results in seen.items()],
        plots=[Plot(f'CPU time of a {operation}', 'bars', '', 'CPU µs',
                    {'Watchword': points(results, lambda r: r['cpu_us']),
                     'PostgreSQL': points(results, lambda r: r['database_cpu_us'])})
               for operation, results in seen.items()],
        data=seen | {'delay_ms': delay_ms})


def table(operation, seen):
    rows = [[name, *spread(r['cpu_us'] for r in results).text(1),
             *spread(r['database_cpu_us'] for r in results).text(1),
             f'{spread(r["per_second"] for r in results).median:,.0f}',
             f'{spread(r["p99_us"] for r in results).median / 1000:,.1f}'] for name, results in seen.items()]
    columns = [operation, 'Watchword, CPU µs', 'min–max', 'PostgreSQL, CPU µs', 'min–max', 'per second', 'p99 ms']
    return Table(columns, rows)
