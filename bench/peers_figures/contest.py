"""All servers side by side on copies of one database: started, checked to do the same work, measured in turn."""
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import time
from collections.abc import Callable

from harness import client, load, process, servers, tokens
from harness.made_users import PASSWORD, open_read_only
from harness.peers import PEERS
from harness.rounds import rotated
from harness.run import Void, say, valid
from harness.tokens import SECRET

OURS, PEER, FLOOR = 'ours', 'peer', 'floor'
WATCHWORD, NGINX = 'watchword', 'nginx'
TOKEN_SECONDS = 6 * 3600
LAST_WORDS = 400  # bytes of what a server wrote before it ended
LONGEST_REASON = 300
CORES = os.cpu_count()
WARM_CONNECTIONS = 16
REST_SECONDS, REST_SHARE, MOST_REST_SECONDS = 0.05, 0.1, 60
PATIENCE = 30  # s, with one answer


@dataclasses.dataclass
class Server:
    name: str
    kind: str
    program: process.Program
    directory: pathlib.Path
    start: Callable  # of the directory -> a new Program
    answer: str = ''  # its body of GET /user, byte for byte

    def must_live(self):
        """Not Void: there is nothing to repeat."""
        code = self.program.process.poll()
        if code is not None:
            words = self.program.output.read_text(errors='replace')[-LAST_WORDS:].strip()
            raise RuntimeError(f'it ended with exit code {code}' + (f', saying: {words}' if words else ''))

    def await_rest(self):
        """What it still does for clients that are gone would be in the way of the next. Raises RuntimeError."""
        until = time.monotonic() + MOST_REST_SECONDS
        while time.monotonic() < until:
            before = self.program.cpu_seconds()
            time.sleep(REST_SECONDS)
            if self.program.cpu_seconds() - before < REST_SHARE * REST_SECONDS:
                return
        raise RuntimeError(f'it is still busy {MOST_REST_SECONDS} s after its clients have gone')

    def users_stored(self):
        return self._query('SELECT count(*) FROM user')

    def newest_hash(self):
        return self._query('SELECT password FROM user ORDER BY id DESC LIMIT 1')

    def _query(self, statement):
        with contextlib.closing(open_read_only(self.directory / 'bench.db')) as db:
            return db.execute(statement).fetchone()[0]


class Contest:
    """A peer that cannot take part, or fails while it is measured, is left out, and notes() tells why; if watchword or a
    floor fails, nothing is said: Void."""

    def __init__(self, run, database, processes=1, threads=None, floors=(), settings=None, listed=True, only=None):
        """`processes`: of each peer, None for as many as its authors recommend; `threads`: I/O threads of watchword, as
        many unless given, or one for each core. `floors`: FLOOR, NGINX.
        `listed`: whether everybody's list is compared before; else the caller does that. `only`: names of the peers that
        take part, None for all."""
        self.run = run
        self.database = database
        self.servers = []
        self.out = {}  # name -> why
        self.skipped = []  # who.py says why
        self.token = token_of(database.pick(1)[0])
        self._processes = processes
        self._threads = (processes or 0) if threads is None else threads
        self._floors = floors
        self._settings = {'SECRET': SECRET, **(settings or {})}
        self._running = contextlib.ExitStack()
        self._listed = listed
        self._peers = [p for p in PEERS if only is None or p.name in only]
        self._expected = None

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.push(self._running)
            self._start_all()
            undo.pop_all()
        return self

    def __exit__(self, *_):
        self._running.close()

    def _start_all(self):
        self._expected = [dataclasses.asdict(u) for u in self.database.users()] if self._listed else None
        ours = self._enter(WATCHWORD, OURS, self._start_watchword)
        self._check(ours)
        self._start_floors(ours)
        for peer in self._peers:
            self._start_peer(peer)
        say('side by side: ' + ', '.join(s.name for s in self.servers))

    def _enter(self, name, kind, start):
        directory = self.run.new_directory()
        self.database.copy_to(directory)
        server = Server(name, kind, self._running.enter_context(start(directory)), directory, start)
        self.servers.append(server)
        return server

    def _start_watchword(self, directory):
        return servers.start_watchword(self.run.build, directory, self._threads, self._settings)

    def _start_floors(self, ours):
        if not self._floors:
            return
        head, body = client.raw_answer(ours.program.port, '/user', {'x-access-token': self.token})
        starts = {FLOOR: (servers.FLOOR, lambda d: servers.start_floor(self.run.build, d, head + body)),
                  NGINX: (NGINX, lambda d: servers.start_nginx(d, body))}
        for floor in self._floors:
            name, start = starts[floor]
            directory = self.run.new_directory()
            program = start(directory)
            if program is None:
                self.out[name] = 'it is not installed'
                continue
            server = Server(name, FLOOR, self._running.enter_context(program), directory, start,
                            body.decode())
            self.servers.append(server)
            if fetch(server, '/user') != (200, body):
                raise RuntimeError(f'{name} answers differently from watchword')

    def _start_peer(self, peer):
        reason = peer.missing()
        if reason:
            self.skipped.append(peer.name)
            return
        try:
            server = self._enter(peer.name, PEER, lambda d: peer.start(self.run.build, d, SECRET, self._processes))
        except (OSError, RuntimeError) as e:
            self.out[peer.name] = f'did not start: {e}'
            return
        try:
            self._check(server)
        except FAILURES as e:
            self.leave_out(server, f'does not do the same work: {e}')

    def _check(self, server):
        """The same list as is in the database, and the same refusals: raises Void."""
        if self._listed:
            status, body = fetch(server, '/user', {'x-access-token': self.token})
            need(status == 200, f'GET /user is answered {status}')
            need(json.loads(body) == {'users': self._expected}, 'GET /user does not list what is in the database')
            server.answer = body.decode()
        user = self.database.pick(1)[0]
        for what, token in (('forged', token_of(user, SECRET + '!')), ('expired', token_of(user, seconds=-10)),
                            ('of nobody', token_of(dataclasses.replace(user, public_id='nobody')))):
            status, _ = fetch(server, '/user', {'x-access-token': token})
            need(status == 401, f'a token that is {what} is answered {status}')
        status, body = client.post_form(server.program.port, '/login', login_fields(user))
        need(status == 201, f'a login is answered {status}')
        if self._listed:
            status, _ = fetch(server, '/user', {'x-access-token': json.loads(body)['token']})
            need(status == 200, f'its own token is answered {status}')
        status, _ = client.post_form(server.program.port, '/login', login_fields(user, 'not this one'))
        need(status == 403, f'a login with a wrong password is answered {status}')

    def leave_out(self, server, why):
        say(f'{server.name} is out: {why}')
        self.out[server.name] = why
        self.servers.remove(server)
        server.program.stop()

    def warm_up(self):
        """What compiles and learns while it runs has done so."""
        seconds = self.run.pick(0.3, 1, 2)
        for server in list(self.servers):
            self.one(server, 'warm-up', lambda s=server: cost(
                self.run, s, check_class(self, s), WARM_CONNECTIONS, '--duration', seconds, '--warm-up', 0))

    def notes(self):
        skipped = [f'not here: {", ".join(self.skipped)}'] if self.skipped else []
        uninvited = [p.name for p in PEERS if p not in self._peers]
        skipped += [f'did not take part: {", ".join(uninvited)}'] if uninvited and self._peers else []
        return skipped + [f'**{name} is left out**: {in_a_line(why)}' for name, why in self.out.items()]

    def take_turns(self, what, rounds, measure, told):
        """-> {server: [measure(server) of each round]}; those that fell out are not in it."""
        seen = {s.name: [] for s in self.servers}
        for n in range(rounds):
            for server in rotated(self.servers, n):
                result = self.one(server, what, lambda s=server: measure(s))
                if result is not None:
                    seen[server.name].append(result)
                    say(f'{what} {n + 1}/{rounds} {server.name}: {told(result)}')
        return {s.name: seen[s.name] for s in self.servers}

    def one(self, server, what, measure):
        """measure(), again when it is void; None, and the peer is out, if it fails."""
        try:
            return self.attempt(server, what, lambda: valid(server.name, measure_alive(server, measure)))
        except PeerFailed as e:
            self.leave_out(server, str(e))
            return None

    @staticmethod
    def attempt(server, what, measure):
        """measure(), once; raises PeerFailed, or Void if the server is no peer."""
        try:
            return measure_alive(server, measure)()
        except FAILURES as e:
            if server.kind != PEER:
                raise Void(f'{what}, {server.name}: {e}') from e
            raise PeerFailed(f'{what}: {e}') from e

    def start_again(self, server):
        """In its directory, on its database as it left it."""
        server.program.stop()
        server.program = self._running.enter_context(server.start(server.directory))


class PeerFailed(Exception):
    """Why."""


def measure_alive(server, measure):
    def once():
        server.must_live()
        try:
            return measure()
        finally:
            server.await_rest()
    return once


def in_a_line(text):
    return ' '.join(text.split())[:LONGEST_REASON]


FAILURES = (Void, OSError, RuntimeError, ValueError, KeyError, http.client.HTTPException)


def need(holds, otherwise):
    if not holds:
        raise Void(otherwise)


def fetch(server, path, headers=None, seconds=60):
    """-> (status, body)"""
    connection = http.client.HTTPConnection('127.0.0.1', server.program.port, timeout=seconds)
    try:
        connection.request('GET', path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def token_of(user, secret=SECRET, seconds=TOKEN_SECONDS):
    return tokens.issue(secret, user.public_id, int(time.time()) + seconds)


def login_fields(user, password=PASSWORD):
    return {'email': user.email, 'password': password}


def check_class(contest, server):
    return load.request_class('/user', {'x-access-token': contest.token}, name='check', answer=server.answer)


def cost(run, server, asked, connections, *flags):
    """What a request costs, in a closed loop; raises Void. The fewer the answers, the more of the CPU time is of others,
    under way at the end of a --duration: use --requests for slow ones."""
    before = set(process.tree(server.program.process.pid))
    report = load.measure(run.build, server.program, [asked], '--connections', connections, *flags, '--timeout', PATIENCE,
                          '--quiet', watch=True)
    need(set(process.tree(server.program.process.pid)) == before, 'its processes changed while they were measured')
    need(report['watched_cpu_seconds'] > 0, 'its processes ended')
    latency = report['classes'][asked.get('name', 'request')]['latency_us']
    return {'cpu_us': load.cpu_us(report), 'per_second': report['per_second'],
            'p50_us': latency['p50'], 'p99_us': latency['p99'], 'answers': report['answers']}
