"""What TLS adds to a token check, on kept connections and on new ones."""
import contextlib
import socket
import ssl
import subprocess

from harness import client, load, servers
from harness.report import Plot, Section, Table
from harness.rounds import figure, interleave, points, ratios, spread
from harness.run import Void
from harness.tokens import SECRET
from peers_figures import starting
from peers_figures.contest import NGINX, WATCHWORD, need, token_of

TITLE = 'TLS'
USERS = 3
KEPT, NEW, RESUMED = 'kept connections', 'a new connection each', 'a new connection each, session resumed'
CONNECTIONS, AT_ONCE = 64, 16  # kept ones, new ones
LEAST_RESUMED = 0.7  # those that are open first have nothing to resume
SOURCES = 16  # local addresses: new connections use up ports
WARM_UP = 0.2  # s
KEPT_FLAGS = ('--connections', CONNECTIONS)
NEW_FLAGS = ('--connections', AT_ONCE, '--requests-per-connection', 1, '--sources', SOURCES)
SPOKEN = ('TLSv1.3', 'TLS_AES_128_GCM_SHA256')
TLS_FLAGS = ('--listen', 'https://127.0.0.1:0', '--tls-certificate', 'certificate.pem', '--tls-key', 'key.pem')


def measure(run):
    rounds, seconds = run.pick((1, 0.4), (3, 1), (5, 2))
    with contextlib.ExitStack() as running:
        cases = start_all(run, running)
        seen = {}
        for way, flags in ((KEPT, KEPT_FLAGS), (NEW, NEW_FLAGS), (RESUMED, (*NEW_FLAGS, '--tls-resume'))):
            measures = {name: lambda c=case, f=flags: c.cost(run, seconds, f) for name, case in cases.items()
                        if case.tls or way != RESUMED}
            seen[way] = interleave(measures, rounds, lambda r: f'{r["cpu_us"]:.2f} µs')
    return section(rounds, seconds, seen)


class Case:
    """A server, with TLS or without."""

    def __init__(self, program, asked, tls=()):
        self.program = program
        self.tls = tls  # flags of the client
        self._asked = asked

    def cost(self, run, seconds, flags):
        report = load.measure(run.build, self.program, [self._asked], *flags, *self.tls, '--duration', seconds,
                              '--warm-up', WARM_UP, '--quiet', watch=True)
        tls = report.get('tls', {})
        if '--tls-resume' in flags:
            need(tls['resumed'] >= LEAST_RESUMED * tls['handshakes'],
                 f'of {tls["handshakes"]} sessions {tls["resumed"]} were resumed')
        elif self.tls:
            need(tls['resumed'] == 0, 'sessions were resumed')
        return {'cpu_us': load.cpu_us(report), 'per_second': report['per_second'],
                'p99_us': report['classes']['check']['latency_us']['p99']}


def start_all(run, running):
    database = starting.database(run, USERS)
    headers = {'x-access-token': token_of(database.pick(1)[0])}
    directories = [run.new_directory() for _ in range(4)]
    for directory in directories[:2]:
        database.copy_to(directory)
    settings = {'SECRET': SECRET}
    plain = running.enter_context(servers.start_watchword(run.build, directories[0], settings=settings))
    _, body = client.raw_answer(plain.port, '/user', headers)
    asked = load.request_class('/user', headers, name='check', answer=body.decode())
    for directory in (directories[1], directories[3]):
        make_certificate(directory)
    tls = ('--tls', '--tls-ca', directories[1] / 'certificate.pem')
    secured = running.enter_context(servers.start_watchword(run.build, directories[1], settings=settings, flags=TLS_FLAGS))
    cases = {WATCHWORD: Case(plain, asked), f'{WATCHWORD}, TLS': Case(secured, asked, tls)}
    nginx = servers.start_nginx(directories[2], body)
    if nginx:
        cases[NGINX] = Case(running.enter_context(nginx), asked)
        nginx = running.enter_context(servers.start_nginx(directories[3], body, tls=True))
        cases[f'{NGINX}, TLS'] = Case(nginx, asked, ('--tls', '--tls-ca', directories[3] / 'certificate.pem'))
    for name, case in cases.items():
        if case.tls:
            spoken = spoken_by(case.program.port, case.tls[-1])
            need(spoken == SPOKEN, f'{name} speaks {spoken}')
    return cases


def spoken_by(port, authority):
    """-> (version, cipher)"""
    context = ssl.create_default_context(cafile=authority)
    with socket.create_connection(('127.0.0.1', port), timeout=20) as plain, \
            context.wrap_socket(plain, server_hostname='127.0.0.1') as secured:
        return secured.version(), secured.cipher()[0]


def make_certificate(directory):
    """Of its own, for the address 127.0.0.1: ECDSA with P-256."""
    done = subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
         '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'key.pem', '-out',
         'certificate.pem'], cwd=directory, capture_output=True, text=True)
    if done.returncode != 0:
        raise Void(f'openssl makes no certificate: {done.stderr}')


def section(rounds, seconds, seen):
    secured = f'{WATCHWORD}, TLS'
    figures = [figure(f'TLS, {way}: CPU of a token check, times that without',
                      ratios(seen[way], secured, WATCHWORD, cpu)) for way in (KEPT, NEW)]
    if NGINX in seen[KEPT]:
        figures += [figure(f'TLS, {way}: CPU of a token check, times nginx\'s',
                           ratios(seen[way], secured, f'{NGINX}, TLS', cpu)) for way in (KEPT, NEW, RESUMED)]
    return Section(
        TITLE,
        method=f'GET /user with a valid token and {USERS} users over {CONNECTIONS} connections that are kept, or '
               f'{AT_ONCE} at a time that are closed after one answer; closed loop for {seconds} s after a warm-up, {rounds} '
               'interleaved rounds, medians. TLS 1.3 with AES-128-GCM, a certificate with ECDSA on P-256, which the '
               'client checks. One I/O thread of watchword; nginx, one process, sends the same body by `return 200`.',
        figures=figures, tables=[table(way, results) for way, results in seen.items()],
        plots=[Plot('CPU time of a token check', 'bars', '', 'CPU µs',
                    {way: points(results, cpu) for way, results in seen.items()}, log_y=True)],
        data=seen)


def cpu(result):
    return result['cpu_us']


def table(way, seen):
    rows = [[name, *spread(cpu(r) for r in results).text(2), f'{spread(r["per_second"] for r in results).median:,.0f}',
             f'{spread(r["p99_us"] for r in results).median / 1000:,.2f}'] for name, results in seen.items()]
    return Table([way, 'CPU µs', 'min–max', 'checks/s', 'p99 ms'], rows)
