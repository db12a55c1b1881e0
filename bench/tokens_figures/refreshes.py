"""Refreshes a second of the server and of accounts::sessions, whose writes ride the group commit, next to a commit for
each."""
import contextlib
import dataclasses
import shutil

from harness import load, program, servers
from harness.made_users import LOWEST_COST
from harness.postgres import Postgres, find_programs
from harness.report import Section, Table
from harness.rounds import figure, interleave, ratios, spread
from harness.run import Void
from harness.tokens import SECRET

TITLE = 'Refreshes and commits'
JUDGED = 64
LEAST_TIMES = 10  # the refreshes/s of one commit for each
SESSIONS = {'in process': 1024, 'over HTTP': 512}
FLUSH_MS = 2      # that a flush of the slow disk takes longer

EACH = 'one thread, a commit each'
HTTP = f'{JUDGED} connections'
CALLERS = f'{JUDGED} callers'
SESSION = {  # of the load generator
    'members': SESSIONS['over HTTP'], 'prepare': ['sign_up', 'sign_in'],
    'values': {'email': 'u-${unique}@example.test', 'password': 'correct horse ${unique}'}}
CLASSES = [
    load.request_class('/signup', name='sign_up', chain='session', weight=0, method='POST', expect=[201],
                       form={'name': 'U', 'email': '${email}', 'password': '${password}'}),
    load.request_class('/v1/sessions', name='sign_in', chain='session', weight=0, method='POST', expect=[201],
                       json={'email': '${email}', 'password': '${password}'}, keep={'refresh': '/refresh_token'}),
    load.request_class('/v1/sessions/refresh', name='refresh', chain='session', method='POST',
                       json={'refresh_token': '${refresh}'}, keep={'refresh': '/refresh_token'})]


@dataclasses.dataclass
class Disk:
    name: str
    environment: dict  # of whoever writes to it
    flush_ms: float = 0


def measure(run):
    rounds, seconds = run.pick((1, 0.7), (3, 1.5), (4, 1.5))
    disks = (Disk('', {}), Disk(f', flushes {FLUSH_MS} ms slower', slow_flush(run), FLUSH_MS))
    seen, notes = {}, []
    for disk in run.pick(disks[:1], disks, disks):
        seen['SQLite' + disk.name] = measure_sqlite(run, disk, rounds, seconds)
    if run.pick(True, False, False):
        notes.append('PostgreSQL and the slower disk are not measured with --quick')
    elif find_programs() is None:
        notes.append('PostgreSQL is not installed: not measured')
    else:
        for disk in disks:
            version, seen['PostgreSQL' + disk.name] = measure_postgresql(run, disk, rounds, seconds)
        notes.append(f'PostgreSQL {version}, reached by a Unix socket, as it comes (fsync on)')
    notes.append(f'How many times it is depends on what the disk takes for a commit. With a library that adds {FLUSH_MS} ms '
                 'to each flush (fsync and fdatasync, of SQLite\'s and PostgreSQL\'s processes) it is as on a disk that '
                 'takes so long; what is written is the same.')
    return Section(
        TITLE,
        method=f'"{HTTP}": watchword with one I/O thread and `watchword_load`, which presents the newest refresh token of '
               f'one of {SESSIONS["over HTTP"]} sessions and goes on with another once its successor is there, durable, '
               'with a signed access token. "Callers": `store_refreshes`, coroutines on one I/O thread that do the same '
               f'without HTTP and without access tokens, with {SESSIONS["in process"]:,} sessions; beside it one thread that '
               'does the same to the rows with a commit for each, without coroutines or queue: what that could do at most. '
               f'{seconds} s each, {rounds} interleaved rounds in rotating order, medians; ratios are taken within a round.',
        figures=[f for name, results in seen.items() for f in figures(name, results)],
        tables=[table(name, results) for name, results in seen.items()], data=seen, notes=notes)


def slow_flush(run):
    library = run.build / 'bench/libslow_flush.so'
    if not library.exists():
        raise Void(f'there is no {library.name}')
    copied = shutil.copy(library, run.new_directory())  # where PostgreSQL's user may read it
    return {'LD_PRELOAD': str(copied), 'SLOW_FLUSH_MICROSECONDS': str(round(FLUSH_MS * 1000))}


def measure_sqlite(run, disk, rounds, seconds):
    file = run.new_directory() / 'bench.db'
    return measure_one(run, disk, rounds, seconds, disk.environment, f'sqlite:{file}', 'sqlite:bench.db')


def measure_postgresql(run, disk, rounds, seconds):
    with Postgres(run.new_directory(), disk.environment) as server:
        seen = measure_one(run, disk, rounds, seconds, {}, server.new_database(), server.new_database())
        return server.version(), seen


def measure_one(run, disk, rounds, seconds, ours, in_process, over_http):
    """`ours`: variables of our own processes. The other two: URLs of databases."""
    def runs(kind, count):
        return lambda: program.measure(run.build / 'bench/store_refreshes', kind, count, in_process,
                                       SESSIONS['in process'], 10 ** 8, seconds, environment=ours)

    with contextlib.ExitStack() as running:
        server = running.enter_context(servers.start_watchword(
            run.build, run.new_directory(), database=over_http, environment=ours,
            settings={'SECRET': SECRET, **LOWEST_COST}))
        measures = {EACH: runs('each', 1), CALLERS: runs('service', JUDGED),
                    HTTP: lambda: refresh(run, server, seconds)}
        seen = interleave(measures, rounds, lambda r: f'{r["per_second"]:,.0f} refreshes/s')
    if min(r['latency_us']['p50'] for r in seen[EACH]) < 1000 * disk.flush_ms:
        raise Void('flushes were not slower')
    return seen


def refresh(run, server, seconds):
    report = load.measure(run.build, server, CLASSES, '--connections', JUDGED, '--duration', seconds, '--warm-up', 0.3,
                          chains={'session': SESSION}, watch=True)
    return {'per_second': report['per_second'], 'cpu_us': load.cpu_us(report),
            'latency_us': report['classes']['refresh']['latency_us']}


def per_second(result):
    return result['per_second']


def figures(name, seen):
    return [figure(f'{name}: refreshes/s of {HTTP}, times a commit each', ratios(seen, HTTP, EACH, per_second),
                   at_least=LEAST_TIMES, digits=1),
            figure(f'{name}: refreshes/s of {CALLERS} without HTTP, times a commit each',
                   ratios(seen, CALLERS, EACH, per_second), digits=1)]


def table(database, seen):
    rows = []
    for name, results in seen.items():
        rows.append([name, *spread(map(per_second, results)).text(0), *ratios(seen, name, EACH, per_second).text(),
                     *(f'{spread(r["latency_us"][p] for r in results).median:,.0f}' for p in ('p50', 'p99')),
                     median_of(results, 'refreshes_per_commit'), median_of(results, 'cpu_us')])
    return Table(['', 'refreshes/s', 'min–max', f'times "{EACH}"', 'min–max', 'p50 µs', 'p99 µs', 'refreshes a commit',
                  'CPU µs of the server'], rows, database)


def median_of(results, key):
    return f'{spread(r[key] for r in results).median:,.1f}' if key in results[0] else ''
