#!/usr/bin/env python3
"""Checks that the servers Watchword is compared with do the same work: each is asked what Watchword was asked, on the
same starting file, with one process and with as many as recommended; then Watchword adopts the file that it wrote.
    check.py BUILD [PEER]...       with WATCHWORD_SHARED, the tutorial also has to pass the recorded contract
"""
import concurrent.futures
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from harness import area, peers, process, servers, tokens  # noqa: E402
from harness.tokens import SECRET  # noqa: E402
from peers_figures.starting import SCHEMA  # noqa: E402

PHC = re.compile(r'\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}')
NAMES = ('Ann Lee', 'O\'Brien "Pat" <b>&amp;</b>', 'C:\\new\t')
AT_ONCE = 8
SYNCED = 10
WHOLE = 'flask'  # the tutorial itself, which the contract was recorded from
TOKEN_SECONDS = 1800


@dataclasses.dataclass
class Answer:
    status: int
    kind: str  # of the body, without parameters
    challenge: str
    body: bytes


def ask(port, method, path, headers=None, form=None):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
    with contextlib.closing(connection):
        headers = dict(headers or {})
        if form is not None:
            headers['Content-Type'] = 'application/x-www-form-urlencoded'
        connection.request(method, path, form if form is None else urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        kind = answer.getheader('Content-Type', '').partition(';')[0]
        return Answer(answer.status, kind, answer.getheader('WWW-Authenticate', ''), answer.read())


def listed(port, token):
    return ask(port, 'GET', '/user', {'x-access-token': token} if token is not None else {})


def sign_up(port, form):
    return ask(port, 'POST', '/signup', form=form)


def log_in(port, email, password):
    return ask(port, 'POST', '/login', form={'email': email, 'password': password})


def rows(file):
    with contextlib.closing(sqlite3.connect(f'file:{file}?mode=ro', uri=True)) as db:
        return db.execute('SELECT public_id, name, email, password FROM user ORDER BY id').fetchall()


def make_file(path, users):
    """The tutorial's table with these rows."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(SCHEMA)
        db.executemany('INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)', users)
        db.commit()


def start_watchword(build, directory):
    secret = directory / 'secret'
    secret.write_text(SECRET)
    secret.chmod(0o600)
    return servers.start_watchword(build, directory, settings={'SECRET_FILE': secret})


def starting_users(build, directory):
    """Rows of users that Watchword made."""
    make_file(directory / 'bench.db', [])
    with start_watchword(build, directory) as server:
        for number, name in enumerate(NAMES):
            form = {'name': name, 'email': f'user{number}@example.test', 'password': f'password {number}'}
            made = sign_up(server.port, form)
            assert made.status == 201, made
    return rows(directory / 'bench.db')


def token_answers(port, public_id):
    """What /user says to good and bad tokens -> {what: Answer}"""
    later = int(time.time()) + TOKEN_SECONDS
    good = tokens.issue(SECRET, public_id, later)
    head, _, signature = good.rpartition('.')
    unsigned = tokens.base64url(b'{"alg":"none","typ":"JWT"}').decode() + '.' + head.partition('.')[2] + '.'
    without = {
        'list with a token': good,
        'list without a token': None,
        'list with an empty token': '',
        'list with no token at all': 'nonsense',
        'list with a token cut short': good[:-2],
        'list with another signature': head + '.' + signature[::-1],
        'list with another secret': tokens.issue(SECRET + '!', public_id, later),
        'list with an expired token': tokens.issue(SECRET, public_id, later - 2 * TOKEN_SECONDS),
        'list with an unsigned token': unsigned,
        'list for nobody': tokens.issue(SECRET, '00000000-0000-4000-8000-000000000000', later),
    }
    return {what: listed(port, token) for what, token in without.items()}


def expiry_problem(port, public_id):
    """'' if a token that was good, and so may be remembered, is refused once it has expired."""
    expires = int(time.time()) + 2
    token = tokens.issue(SECRET, public_id, expires)
    before = listed(port, token).status
    while time.time() < expires:
        time.sleep(0.05)
    after = listed(port, token).status
    return '' if (before, after) == (200, 401) else f'statuses {before}, {after}'


def form_answers(port):
    """What /login and /signup say -> {what: Answer}"""
    new = {'name': 'New', 'email': 'new@example.test', 'password': 'new password'}
    return {
        'login with a wrong password': log_in(port, 'user0@example.test', 'password 1'),
        'login of nobody': log_in(port, 'nobody@example.test', 'password 0'),
        'login without a password': ask(port, 'POST', '/login', form={'email': 'user0@example.test'}),
        'login with an empty email': log_in(port, '', 'password 0'),
        'sign-up': sign_up(port, new),
        'sign-up again': sign_up(port, {**new, 'password': 'other'}),
        'sign-up without a name': sign_up(port, {'email': 'nameless@example.test', 'password': 'nameless password'}),
    }


def statuses(port):
    """Answers whose bodies are free -> {what: status}"""
    return {
        'sign-up without a password': sign_up(port, {'name': 'N', 'email': 'n@example.test'}).status,
        'sign-up without an e-mail address': sign_up(port, {'name': 'N', 'password': 'some password'}).status,
        'unknown path': ask(port, 'GET', '/unknown').status,
        'health': ask(port, 'GET', '/health/live').status,
    }


def login_problem(port, public_id):
    """'' if a right password gets a token that says what it should, and that /user takes."""
    answer = log_in(port, 'user1@example.test', 'password 1')
    if answer.status != 201 or answer.kind != 'application/json':
        return str(answer)
    given = json.loads(answer.body)
    claims = json.loads(tokens.base64.urlsafe_b64decode(given['token'].split('.')[1] + '=='))
    if list(given) != ['token'] or set(claims) != {'public_id', 'exp'} or claims['public_id'] != public_id:
        return f'{given} {claims}'
    if abs(claims['exp'] - time.time() - TOKEN_SECONDS) > 5:
        return f'expires {claims["exp"] - time.time():.0f} s from now'
    again = listed(port, given['token'])
    return '' if again.status == 200 else f'its token: {again}'


def race_problem(port):
    """'' if of many sign-ups of one address at once one is taken."""
    form = {'name': 'Race', 'email': 'race@example.test', 'password': 'race password'}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as at_once:
        seen = sorted(a.status for a in at_once.map(lambda _: sign_up(port, form), range(AT_ONCE)))
    return '' if seen == [201] + [202] * (AT_ONCE - 1) else f'statuses {seen}'


def unicode_problem(port, public_id):
    """'' if a name outside of ASCII comes back; as \\u or in UTF-8."""
    name = 'Žofie 🚀'
    made = sign_up(port, {'name': name, 'email': 'unicode@example.test', 'password': 'unicode password'})
    answer = listed(port, tokens.issue(SECRET, public_id, int(time.time()) + TOKEN_SECONDS))
    found = [u for u in json.loads(answer.body)['users'] if u['email'] == 'unicode@example.test']
    return '' if made.status == 201 and [u['name'] for u in found] == [name] else f'{made} {found}'


def sync_problem(server):
    """'' if each sign-up was synced to the disk before its answer."""
    strace = shutil.which('strace')
    if strace is None:
        return ''
    pids = process.tree(server.process.pid)
    command = [strace, '-f', '-e', 'trace=fsync,fdatasync', *(f'--attach={pid}' for pid in pids)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tracing:
        for _ in pids:
            line = tracing.stderr.readline()
            if 'attached' not in line:
                tracing.kill()
                print(f'  not looked for syncs: {line.strip()}')
                return ''
        form = {'name': 'Synced', 'password': 'synced password'}
        made = [sign_up(server.port, {**form, 'email': f'synced{n}@example.test'}).status for n in range(SYNCED)]
        tracing.send_signal(signal.SIGINT)
        seen = re.findall(r'\bf(?:data)?sync\(', tracing.stderr.read())
    return '' if made == [201] * SYNCED and len(seen) >= SYNCED else f'{made}, {len(seen)} syncs'


def contract_problem(server):
    """'' if it passes all recorded cases that a faithful copy of the tutorial passes."""
    checker = pathlib.Path(os.environ['WATCHWORD_SHARED']) / 'contract/check.py'
    command = [sys.executable, '-B', checker, f'http://127.0.0.1:{server.port}', '--secret', SECRET, '--exact-only']
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    return '' if done.returncode == 0 else done.stdout + done.stderr


def run(server, users):
    """-> {what: what must be as Watchword's}, after all that can be judged alone: {what: problem}"""
    port, public_ids = server.port, [u[0] for u in users]
    same = {**token_answers(port, public_ids[0]), **form_answers(port), **statuses(port)}
    alone = {'login': login_problem(port, public_ids[1]), 'sign-ups at once': race_problem(port),
             'a token that expires': expiry_problem(port, public_ids[0]),
             'a name outside of ASCII': unicode_problem(port, public_ids[0])}
    return same, alone


def file_problem(file):
    """'' if the new rows are as the contract wants them, in a file with a write-ahead log."""
    with contextlib.closing(sqlite3.connect(f'file:{file}?mode=ro', uri=True)) as db:
        mode = db.execute('PRAGMA journal_mode').fetchone()[0]
    bad = [password for *_, password in rows(file) if not PHC.fullmatch(password)]
    return '' if mode == 'wal' and not bad else f'journal_mode {mode}, hashes {bad}'


def adoption_problem(build, directory):
    """'' if Watchword, started on the peer's file, lets its new user in."""
    with start_watchword(build, directory) as server:
        answer = log_in(server.port, 'new@example.test', 'new password')
        return '' if answer.status == 201 else str(answer)


def check(peer, processes, build, directory, users, expected):
    """-> {what: problem or ''}"""
    make_file(directory / 'bench.db', users)
    with peer.start(build, directory, SECRET, processes) as server:
        same, problems = run(server, users)
        problems['sign-ups are on the disk'] = sync_problem(server)
        if peer.name == WHOLE and 'WATCHWORD_SHARED' in os.environ:
            problems['the whole contract'] = contract_problem(server)
    for what, answer in same.items():
        problems[what] = '' if answer == expected[what] else f'{answer} is not {expected[what]}'
    problems['the file'] = file_problem(directory / 'bench.db')
    problems['adoption by Watchword'] = adoption_problem(build, directory)
    return problems


def main(build, names):
    passed = failed = skipped = 0
    unknown = set(names) - {p.name for p in peers.PEERS}
    if unknown:
        sys.exit(f'there is no peer {", ".join(unknown)}')
    with tempfile.TemporaryDirectory(prefix='watchword-peers-') as temporary:
        directories = (pathlib.Path(temporary) / str(n) for n in range(1000))

        def fresh():
            directory = next(directories)
            directory.mkdir()
            return directory

        users = starting_users(build, fresh())
        ours = fresh()
        make_file(ours / 'bench.db', users)
        with start_watchword(build, ours) as server:
            expected, problems = run(server, users)
        assert not any(problems.values()), problems
        for peer in peers.PEERS:
            if names and peer.name not in names:
                continue
            if peer.missing():
                print(f'{peer.name} is skipped: {peer.missing()}')
                skipped += 1
                continue
            print(f'{peer.name}: {peer.describe()}')
            for processes in (1, None):
                problems = check(peer, processes, build, fresh(), users, expected)
                for what, problem in problems.items():
                    passed, failed = passed + (not problem), failed + bool(problem)
                    if problem:
                        print(f'FAIL {peer.name}, {processes or "recommended"} processes, {what}: {problem}')
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    area.prepare()
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]))
