"""Three times as many logins as the server can hash, at a fixed rate, beside a steady rate of token checks."""
import contextlib
import http.client
import statistics
import threading
import time

from harness import client, forms, load, percentiles, servers
from harness.report import Figure, Section, Table
from harness.run import Void, say, valid

TITLE = 'Overload'
USERS = 3
TIMES_CAPACITY = 3
CHECKS_PER_SECOND = 500
CHECK_CONNECTIONS, CAPACITY_CONNECTIONS, LOGIN_CONNECTIONS = 64, 32, 1024
QUEUE = 256               # passwords.queue: what waits to be hashed
MOST_FILL_SECONDS = 20
LEAST_GOODPUT = 80        # % of the peak
MOST_GOODPUT = 125        # more than the peak cannot be
MOST_REFUSAL_MS = 50
MOST_CHECK_MS = 50        # p99 while the hashing threads are saturated, on the cores they saturate
MOST_LOGIN_S = 11         # passwords.timeout, which none may have waited longer, and the hash itself
PATIENCE = 30             # s, of the clients


def measure(run):
    seconds = run.pick(2, 10, 25)
    with servers.start_watchword(run.build, run.new_directory(), threads=0) as server:
        token = client.sign_up(server.port, USERS)
        checks = load.request_class('/user', {'x-access-token': token}, name='check')
        calm = valid('checks without logins', lambda: calm_checks(run, server, checks, seconds))
        capacity, logins, busy, refusals = valid('overload', lambda: overload(run, server, checks, seconds))
    return section(seconds, capacity, calm, logins, busy, refusals)


def login_class(*expected):
    return forms.logins(map(client.credentials, range(USERS)), expected)


def login_capacity(run, server, seconds):
    """Logins a second in a closed loop."""
    report = load.measure(run.build, server, [login_class(201)], '--connections', CAPACITY_CONNECTIONS,
                          '--duration', seconds, '--warm-up', 1, '--timeout', PATIENCE)
    say(f'capacity: {report["per_second"]:.1f} logins a second')
    return report['per_second']


def check_flags(seconds, warm_up):
    return ['--connections', CHECK_CONNECTIONS, '--rate', CHECKS_PER_SECOND, '--duration', seconds,
            '--warm-up', warm_up, '--timeout', PATIENCE]


def calm_checks(run, server, checks, seconds):
    return load.measure(run.build, server, [checks], *check_flags(seconds, 0.5))


def overload(run, server, checks, seconds):
    """-> capacity, reports of logins and checks, what refusals said"""
    capacity = login_capacity(run, server, seconds)
    warm_up = min(MOST_FILL_SECONDS, 1 + 1.5 * QUEUE / ((TIMES_CAPACITY - 1) * capacity))  # until the queue is full
    say(f'{TIMES_CAPACITY * capacity:.0f} logins and {CHECKS_PER_SECOND} checks a second')
    flags = ['--connections', LOGIN_CONNECTIONS, '--rate', TIMES_CAPACITY * capacity, '--duration', seconds,
             '--warm-up', warm_up, '--timeout', PATIENCE]
    with contextlib.ExitStack() as running:
        logins = running.enter_context(load.Load(run.build, server, [login_class(201, 503)], *flags))
        busy = running.enter_context(load.Load(run.build, server, [checks], *check_flags(seconds, warm_up)))
        asker = running.enter_context(RefusalReader(server.port))
        logins.await_measuring(PATIENCE + warm_up)
        asker.begin(seconds)
        seen = logins.result(), busy.result(), asker.result()
    if goodput(seen[0], capacity) > MOST_GOODPUT:
        raise Void(f'{goodput(seen[0], capacity):.0f} % of the peak: the machine was busy when that was measured')
    return capacity, *seen


def goodput(logins, capacity):
    admitted = logins['classes']['login']['statuses'].get('201')
    return 100 * admitted['per_second'] / capacity if admitted else 0


class RefusalReader:
    """Logs in now and then and keeps what refusals say of when to come back."""

    def __init__(self, port):
        self._port = port
        self._until = 0
        self._seen = []
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def begin(self, seconds):
        self._until = time.monotonic() + seconds
        self._thread.start()

    def _ask(self):
        body = login_class(201)['bodies'][0]
        while time.monotonic() < self._until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection('127.0.0.1', self._port, timeout=1)
                connection.request('POST', '/login', body, client.FORM)
                answer = connection.getresponse()
                if answer.status == 503:
                    self._seen.append(answer.getheader('Retry-After'))
                connection.close()
            time.sleep(0.05)

    def result(self):
        self._thread.join()
        wrong = [seen for seen in self._seen if seen is None or not seen.isdigit()]
        if wrong:
            raise Void(f'refused with Retry-After {wrong[0]!r}')
        return [int(seen) for seen in self._seen]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._until = 0
        if self._thread.is_alive():
            self._thread.join()


def section(seconds, capacity, calm, logins, busy, refusals):
    answers = logins['classes']['login']['statuses']
    admitted, refused = answers.get('201'), answers.get('503')
    calm_ms, busy_ms = (r['classes']['check']['latency_us']['p99'] / 1000 for r in (calm, busy))
    figures = [Figure(f'logins at {TIMES_CAPACITY} times capacity, of the peak', goodput(logins, capacity),
                      '%', at_least=LEAST_GOODPUT,
                      digits=1)]
    if admitted:
        figures.append(Figure('p99 of admitted logins', admitted['latency_us']['p99'] / 1e6, 's', at_most=MOST_LOGIN_S))
    if refused:
        figures.append(Figure('p99 of refused logins', refused['latency_us']['p99'] / 1e3, 'ms',
                              at_most=MOST_REFUSAL_MS))
    figures += [Figure('token checks answered beside them', 100 * busy['per_second'] / CHECKS_PER_SECOND, '%',
                       at_least=99, digits=1),
                Figure('p99 of token checks beside them', busy_ms, 'ms', at_most=MOST_CHECK_MS),
                Figure('p99 of token checks without them', calm_ms, 'ms')]
    notes = [f'capacity: {capacity:.1f} logins/s; offered: {logins["rate"]:.1f}/s',
             f'not sent, because all {LOGIN_CONNECTIONS:,} connections waited for answers: {logins["not_sent"]}']
    if refusals:
        notes.append(f'{len(refusals)} refusals read: Retry-After from {min(refusals)} to {max(refusals)} s, '
                     f'median {statistics.median(refusals):.0f}')
    if not refused:
        notes.append('no login was refused: its target does not apply')
    return Section(
        TITLE,
        method=f'The peak: {CAPACITY_CONNECTIONS} connections that log in, closed loop. Then an open loop of '
               f'{TIMES_CAPACITY} times that rate over {LOGIN_CONNECTIONS:,} connections and another of '
               f'{CHECKS_PER_SECOND} GET /user a second over {CHECK_CONNECTIONS}, for {seconds} s once the queues have '
               'filled. Latencies count from when a request was due, and include what the clients lose on the same '
               'cores ("sent late"). watchword as it runs by default.',
        figures=figures,
        tables=[Table(['', 'answers/s', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms', 'sent late p99 ms'],
                      [row('checks alone', calm, calm['classes']['check']['statuses']['200']),
                       row('checks beside logins', busy, busy['classes']['check']['statuses']['200']),
                       *([row('logins admitted (201)', logins, admitted)] if admitted else []),
                       *([row('logins refused (503)', logins, refused)] if refused else [])])],
        notes=notes, plots=[plot(calm, busy, admitted, refused)],
        data={'capacity': capacity, 'checks_alone': calm, 'checks_beside': busy, 'logins': logins,
              'retry_after': refusals})


def plot(calm, busy, admitted, refused):
    latencies = {'checks alone': calm['classes']['check'], 'checks beside logins': busy['classes']['check'],
                 'logins admitted': admitted, 'logins refused': refused}
    return percentiles.plot('Latency at three times capacity',
                            {name: seen['latency_us'] for name, seen in latencies.items() if seen})


def row(name, report, answers):
    latency = answers['latency_us']
    return [name, f'{answers["per_second"]:,.1f}', *(f'{latency[p] / 1000:,.2f}' for p in ('p50', 'p90', 'p99', 'max')),
            f'{report["send_delay_us"]["p99"] / 1000:.2f}']
