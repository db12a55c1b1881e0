"""System calls of the I/O thread per request, as strace sees them."""
import collections
import contextlib
import pathlib
import re
import signal
import subprocess
import time

from harness import client, load, servers
from harness.report import Figure, Section, Table
from harness.run import Void, say, valid

TITLE = 'System calls'
USERS = 3
BURST = 16
ATTACH_SECONDS = 10

READS = {'read', 'readv', 'recvfrom', 'recvmsg'}
WRITES = {'write', 'writev', 'sendto', 'sendmsg'}
WAITS = {'epoll_wait', 'epoll_pwait', 'epoll_pwait2'}
CALL = re.compile(r'^(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)')  # recvfrom(7, "GET"..., 64, 0) = 64


def measure(run):
    requests = run.pick(2_000, 10_000, 30_000)
    with servers.start_watchword(run.build, run.new_directory()) as server:
        headers = {'x-access-token': client.sign_up(server.port, USERS)}
        classes = [load.request_class('/user', headers)]

        def count(what, *flags):
            say(f'strace: {what}')
            return valid(what, lambda: trace(run, server, classes, requests, flags))

        cases = {
            '1 connection': count('1 connection', '--connections', 1),
            '64 connections': count('64 connections', '--connections', 64),
            f'1 connection, bursts of {BURST}': count('bursts', '--connections', 1, '--pipeline', BURST),
        }
    one, _, burst = cases.values()
    return Section(
        TITLE,
        method=f'`strace` on the one I/O thread (its log, counted), GET /user, {requests:,} requests for each case. '
               'Reads that find the end of a connection, and the looks for such an end half a second after a '
               'request, belong to connections and stand under "all".',
        figures=[Figure('reads per request', reads(one), at_most=1), Figure('writes per request', one['writes'], at_most=1),
                 Figure(f'writes per burst of {BURST}', burst['writes'] * BURST, at_most=1),
                 Figure(f'reads per burst of {BURST}', reads(burst) * BURST)],
        tables=[Table(['per request', 'reads with bytes', 'reads without', 'writes', 'epoll_wait', 'all'],
                      [[name, *(f'{c[k]:.3f}' for k in ('reads', 'empty_reads', 'writes', 'waits', 'all'))]
                       for name, c in cases.items()])],
        data=cases)


def reads(case):
    return round(case['reads'] + case['empty_reads'], 3)


def trace(run, server, classes, requests, flags):
    load.measure(run.build, server, classes, *flags, '--requests', 64 * BURST, '--warm-up', 0)  # caches are warm
    log = run.directory / 'strace.log'
    with tracing(server.process.pid, io_thread(server.process.pid), log):
        seen = load.measure(run.build, server, classes, *flags, '--requests', requests, '--warm-up', 0)
    counts = classify(log.read_text(errors='replace'))
    log.unlink()
    return {name: counts[name] / seen['answers'] for name in ('reads', 'empty_reads', 'writes', 'waits', 'all')}


def io_thread(pid):
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        if (task / 'comm').read_text().strip() == 'io/0':
            return int(task.name)
    raise RuntimeError('watchword has no thread io/0')


@contextlib.contextmanager
def tracing(pid, thread, log):
    """Only that thread is traced: the others keep their speed."""
    command = ['strace', '-s', '8', '-e', 'signal=none', '-p', str(thread), '-o', log]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True)
    try:
        await_tracer(pid, thread, tracer)
        yield
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        tracer.communicate()


def await_tracer(pid, thread, tracer):
    until = time.monotonic() + ATTACH_SECONDS
    status = pathlib.Path(f'/proc/{pid}/task/{thread}/status')
    while time.monotonic() < until and tracer.poll() is None:
        if not re.search(r'^TracerPid:\t0$', status.read_text(), re.M):
            return
        time.sleep(0.02)
    raise Void('strace could not attach: ' + (tracer.stderr.read() if tracer.poll() is not None else 'no time'))


def classify(text):
    counts = collections.Counter()
    for line in text.splitlines():
        found = CALL.match(line)
        if not found:
            continue
        name, result = found['name'], int(found['result'])
        counts['all'] += 1
        if name in READS and 'MSG_PEEK' not in found['arguments'] and result != 0:
            counts['reads' if result > 0 else 'empty_reads'] += 1
        elif name in WRITES:
            counts['writes'] += 1
        elif name in WAITS:
            counts['waits'] += 1
    return counts
