"""A normal client beside thousands of slow ones."""
import contextlib
import json
import pathlib
import re
import subprocess
import sys

from harness import client, load, percentiles, process, servers, users
from harness.report import Figure, Section, Table
from harness.run import Void, say, valid

TITLE = 'Slow clients'
MODES = ('slow_header', 'slow_body', 'slow_read', 'range')
EACH = 1_000              # connections of each mode
SIGNED_UP, LISTED = 1, 1_000  # a list of 100 KB: four of them do not fit into a slow reader's window
CHECKS_PER_SECOND = 200
CHECK_CONNECTIONS = 32
MOST_MS = 50
LIMIT = {'HTTP_CONNECTIONS': 10 * EACH}
ATTACKERS = pathlib.Path(__file__).with_name('attackers.py')
OPEN_SECONDS = 30
SETTLE_SECONDS = 2        # the first answers to thousands of new connections are over


def measure(run):
    seconds = run.pick(3, 15, 30)
    directory = run.new_directory()
    with servers.start_watchword(run.build, directory) as server:
        token = client.sign_up(server.port, SIGNED_UP)
    users.add(directory / 'bench.db', LISTED)
    each = min(EACH, (servers.most_files() - 500) // len(MODES))
    with servers.start_watchword(run.build, directory, threads=0, settings=LIMIT) as server:
        classes = [load.request_class('/user', {'x-access-token': token})]
        calm = valid('the client alone', lambda: normal_client(run, server, classes, seconds, 0.5))
        seen = valid('the client beside slow ones', lambda: beside(run, server, classes, token, each, seconds))
    return section(each, seconds, calm, seen)


def normal_client(run, server, classes, seconds, warm_up):
    return load.measure(run.build, server, classes, '--connections', CHECK_CONNECTIONS, '--rate', CHECKS_PER_SECOND,
                        '--duration', seconds, '--warm-up', warm_up)


def beside(run, server, classes, token, each, seconds):
    before = memory(server)
    attacks = {}
    with contextlib.ExitStack() as running:
        for mode in MODES:
            attacks[mode] = running.enter_context(Attack(server.port, mode, each, seconds + SETTLE_SECONDS + 3, token))
        for attack in attacks.values():
            attack.await_all_open()
        say(f'{len(MODES) * each:,} slow connections')
        seen = normal_client(run, server, classes, seconds, SETTLE_SECONDS)
        during = memory(server)
        became = {mode: attack.result() for mode, attack in attacks.items()}
    say(f'p99 {latency(seen)["p99"] / 1000:.2f} ms; RSS {before["rss_mib"]:.1f} -> {during["rss_mib"]:.1f} MiB')
    return {'client': seen, 'before': before, 'during': during, 'attacks': became}


def memory(server):
    """Of the server, and what the kernel keeps in all TCP sockets."""
    pages = re.search(r'^TCP:.* mem (\d+)', pathlib.Path('/proc/net/sockstat').read_text(), re.M).group(1)
    return {'rss_mib': process.memory_kib(server.process.pid, 'VmRSS') / 1024, 'tcp_mib': int(pages) * 4096 / 2**20}


class Attack:
    """A running attackers.py."""

    def __init__(self, port, mode, count, seconds, token):
        command = [sys.executable, ATTACKERS, str(port), mode, str(count), str(seconds), token]
        self.mode = mode
        self._seconds = seconds
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                         preexec_fn=process.end_with_us)

    def await_all_open(self):
        if self._process.stdout.readline() != 'attacking\n':
            raise Void(f'the attack {self.mode} did not begin')

    def result(self):
        output, _ = self._process.communicate(timeout=self._seconds + OPEN_SECONDS)
        if self._process.returncode != 0:
            raise Void(f'the attack {self.mode} broke off')
        return json.loads(output)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.terminate()
        self._process.communicate()


def latency(report):
    return next(iter(report['classes'].values()))['latency_us']


def section(each, seconds, calm, seen):
    slow = each * len(MODES)
    grown = seen['during']['rss_mib'] - seen['before']['rss_mib']
    kernel = seen['during']['tcp_mib'] - seen['before']['tcp_mib']
    rows = [[name, *(f'{latency(r)[p] / 1000:.2f}' for p in ('p50', 'p90', 'p99', 'max')),
             f'{r["send_delay_us"]["p99"] / 1000:.2f}'] for name, r in (('alone', calm), ('beside', seen['client']))]
    attacks = [[mode, f'{counts.get("opened", 0):,}', f'{counts.get("closed_by_server", 0):,}',
                ', '.join(f'{n[9:]}: {c:,}' for n, c in sorted(counts.items()) if n.startswith('answered_'))]
               for mode, counts in seen['attacks'].items()]
    return Section(
        TITLE,
        method=f'{each:,} connections each of {", ".join(MODES)} (a byte or a read a second; range asks with a thousand '
               f'ranges), and beside them an open loop of {CHECKS_PER_SECOND} GET /user a second (a list of '
               f'{LISTED + SIGNED_UP:,} users) over {CHECK_CONNECTIONS} connections for {seconds} s. watchword as it '
               'runs by default; what its limits close is opened again.',
        figures=[Figure(f'p99 of a normal client beside {slow:,} slow ones', latency(seen['client'])['p99'] / 1000, 'ms',
                        at_most=MOST_MS),
                 Figure('RSS for each slow connection', grown * 1024 / slow, 'KiB'),
                 Figure('kernel memory for each slow reader', kernel * 1024 / each, 'KiB', digits=0)],
        tables=[Table(['normal client', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms', 'sent late p99 ms'], rows),
                Table(['slow clients', 'opened', 'closed by the server', 'answered'], attacks)],
        notes=[f'RSS of the server: {seen["before"]["rss_mib"]:.1f} MiB before, {seen["during"]["rss_mib"]:.1f} MiB during'],
        plots=[percentiles.plot('A normal client', {'alone': latency(calm),
                                                    f'beside {slow:,} slow ones': latency(seen['client'])})],
        data=seen | {'alone': calm})
