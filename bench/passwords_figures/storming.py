"""What storms of logins are made of: loads from addresses of their own, and what is watched while they last."""
import contextlib
import http.client
import threading
import time

from harness import client, forms, load, process, servers
from harness.run import Void, say, valid
from peers_figures.contest import PEER, check_class

USERS = 10
CHECKS_PER_SECOND, CHECK_CONNECTIONS = 500, 64
STORM_CONNECTIONS, CAPACITY_CONNECTIONS = 1024, 32
PEER_CONNECTIONS = 8192  # where nobody is refused everybody waits, and must not hold up those who come after
OTHER_FILES = 500        # that server and clients need besides
QUEUE = 256              # passwords.queue: what waits to be hashed
MOST_GOODPUT = 125       # %: more than the peak cannot be
LEAST_GOODPUT = 80
MOST_REFUSAL_MS = 5      # p99
OPEN_SECONDS = 30        # until all connections of a load are there
SLICE = 0.25             # s, between two looks at the memory

# Who comes from where, 127.0.0.N. Token checks come from .1.
POLITE, ATTACKER, CROWD, CROWD_SIZE = 40, 50, 100, 100

capacities = {}  # of watchword, by the directory of the run


def capacity(run, server, users, seconds):
    """Logins a second in a closed loop."""
    report = load.measure(run.build, server.program, [forms.logins_of(users)], '--connections', CAPACITY_CONNECTIONS,
                          '--duration', seconds, '--warm-up', 0.3, '--quiet')
    say(f'capacity: {report["per_second"]:.1f} logins a second')
    return report['per_second']


def known_capacity(run, server, users):
    """Watchword's as another figure of this run has measured it, else measured now."""
    if run.directory not in capacities:
        seconds = run.pick(1, 2, 4)
        capacities[run.directory] = valid('capacity', lambda: capacity(run, server, users, seconds))
    return capacities[run.directory]


def fill_seconds(rate, peak):
    """Until the queue is full, and some more."""
    return 0.3 + (1.2 * QUEUE / (rate - peak) if rate > 1.1 * peak else 0)


class Loads:
    """Starts loads on one server. `patience`: of all clients, in seconds; `interval`: of what is told over time."""

    def __init__(self, run, contest, server, patience, interval=0):
        self._run, self._contest, self._server = run, contest, server
        self._flags = ('--timeout', patience, '--interval', interval)
        self.may_fail = server.kind == PEER
        most = PEER_CONNECTIONS if self.may_fail else STORM_CONNECTIONS
        self.connections = min(most, servers.most_files() - OTHER_FILES)

    def checks(self, seconds, warm_up):
        """Token checks at a steady rate."""
        return self._load(check_class(self._contest, self._server), CHECKS_PER_SECOND, CHECK_CONNECTIONS, seconds, warm_up)

    def logins(self, users, rate, seconds, warm_up=0, first=CROWD, addresses=1, connections=None):
        """Logins in an open loop, from so many addresses."""
        return self._load(forms.logins_of(users, (201, 503)), rate, connections or self.connections, seconds,
                          warm_up, '--first-source', first, '--sources', addresses)

    def _load(self, asked, rate, connections, seconds, warm_up, *more):
        return load.Load(self._run.build, self._server.program, [asked], '--rate', rate, '--connections', connections,
                         '--duration', seconds, '--warm-up', warm_up, *self._flags, *more)

    def result(self, running, seconds):
        """The report without what no plot shows; Void if something failed and this is no peer."""
        report = running.result(seconds, failures_allowed=self.may_fail)
        for seen in report['classes'].values():
            for status in seen['statuses'].values():
                del status['buckets_us']
        return report


class Memory:
    """RSS of a server's processes, looked at as long as `with` lasts, and their highest ones since then."""

    def __init__(self, program):
        self._members = process.tree(program.process.pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen = []  # of (seconds of the monotonic clock, MiB)

    def _sum(self, field):
        return sum(process.memory_kib(member, field) for member in self._members) / 1024

    def _look(self):
        with contextlib.suppress(OSError, AttributeError):  # a process has gone, which its answers show too
            while not self._ended.wait(SLICE):
                self.seen.append((time.monotonic(), self._sum('VmRSS')))

    def highest(self):
        return self._sum('VmHWM')

    def __enter__(self):
        for member in self._members:
            process.forget_peak(member)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


class RefusalReader:
    """Logs in now and then as one of a crowd and keeps what refusals say of when to come back."""

    def __init__(self, server, users, source=CROWD):
        self._port, self._body = server.program.port, forms.logins_of(users[:1])['bodies'][0]
        self._source = (f'127.0.0.{source}', 0)
        self._ended = threading.Event()
        self._seen = []
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def _ask(self):
        while not self._ended.wait(0.2):
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._ask_once()

    def _ask_once(self):
        connection = http.client.HTTPConnection('127.0.0.1', self._port, timeout=2, source_address=self._source)
        with contextlib.closing(connection):
            connection.request('POST', '/login', self._body, client.FORM)
            answer = connection.getresponse()
            if answer.status == 503:
                self._seen.append(answer.getheader('Retry-After'))

    def end(self):
        """Without waiting for the last answer."""
        self._ended.set()

    def result(self):
        """-> seconds, of all refusals until now; Void if one did not say any."""
        wrong = [seen for seen in self._seen if seen is None or not seen.isdigit()]
        if wrong:
            raise Void(f'refused with Retry-After {wrong[0]!r}')
        return [int(seen) for seen in self._seen]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


def answers(report, status):
    """What is told of the logins that were answered so, None if there are none."""
    found = report['classes']['login']['statuses'].get(status)
    return found if found and found['answers'] else None


def per_second(report, status):
    return report['classes']['login']['statuses'].get(status, {}).get('per_second', 0)


def p99_ms(told):
    """None without answers."""
    return told['latency_us']['p99'] / 1000 if told and told['latency_us']['count'] else None


def unanswered_share(report):
    """Of the token checks that were due, in %."""
    failed = report['failed']['total'] + report['not_sent']
    due = failed + report['classes']['check']['latency_us']['count']
    return 100 * failed / due if due else 100


def goodput(report, peak):
    """Logins done, in % of the peak; Void if that cannot be."""
    share = 100 * per_second(report, '201') / peak
    if share > MOST_GOODPUT:
        raise Void(f'{share:.0f} % of the peak: the machine was busy when that was measured')
    return share


def written(value, form=',.2f'):
    return '' if value is None else f'{value:{form}}'
