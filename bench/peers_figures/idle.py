"""What ten thousand idle keep-alive connections cost in memory."""
import contextlib
import pathlib
import time

from harness import load, process, servers
from harness.report import Figure, Plot, Section, Table
from harness.run import Void, say
from peers_figures import starting
from peers_figures.contest import FLOOR, WATCHWORD, Contest, PeerFailed, check_class, fetch, need
from peers_figures.start import SETTLE_SECONDS, pss_kib

TITLE = 'Idle connections'
USERS = 3
CONNECTIONS, QUICK_CONNECTIONS = 10_000, 2_000
OTHER_FILES = 200    # that server and client need besides
AT_ONCE = 500
HOLD_SECONDS = 1
OPEN_SECONDS = 30
LEAST_HELD = 0.99    # of the connections
MOST_KIB = 4


def measure(run):
    count = min(run.pick(QUICK_CONNECTIONS, CONNECTIONS, CONNECTIONS), servers.most_files() - OTHER_FILES)
    settings = {'HTTP_CONNECTIONS': 2 * CONNECTIONS}
    seen = {}
    only = run.pick((), None, None)  # http's idle_memory holds more of them
    with Contest(run, starting.database(run, USERS), threads=0, floors=(FLOOR,), settings=settings, only=only) as contest:
        for server in list(contest.servers):
            contest.one(server, 'starting again', lambda s=server: start_again(contest, s))
        time.sleep(SETTLE_SECONDS)
        for server in list(contest.servers):
            try:
                seen[server.name] = contest.attempt(server, f'{count:,} idle connections',
                                                    lambda s=server: held(run, contest, s, count))
            except PeerFailed as e:
                contest.leave_out(server, str(e))
                continue
            say(f'{server.name}: {seen[server.name]["held"]:,} held, {seen[server.name]["kib"]:.2f} KiB each')
    return section(contest, count, seen)


def start_again(contest, server):
    """What checking its logins took and was not given back would hide what connections take."""
    contest.start_again(server)
    need(fetch(server, '/user', {'x-access-token': contest.token})[0] == 200, 'GET /user fails')
    return True


def held(run, contest, server, count):
    before = memory_kib(server)
    with contextlib.ExitStack() as running:
        # Some after the others: a crowd at the door would only show how long the queue there is.
        for first in range(0, count, AT_ONCE):
            flags = ['--connections', 0, '--idle', min(AT_ONCE, count - first), '--warm-up', 0, '--duration', 600,
                     '--timeout', OPEN_SECONDS]
            some = running.enter_context(load.Load(run.build, server.program, [check_class(contest, server)], *flags))
            some.await_measuring(OPEN_SECONDS)
        time.sleep(HOLD_SECONDS)
        after, kept = memory_kib(server), established(server.program.port)
    if kept < LEAST_HELD * count:
        raise Void(f'of {count:,} connections {kept:,} stayed open')
    return {'held': kept, 'before_mib': before / 1024, 'after_mib': after / 1024, 'kib': (after - before) / kept}


def established(port):
    """The server's ends of connections, as the kernel sees them."""
    local = f':{port:04X}'
    rows = (line.split() for line in pathlib.Path('/proc/net/tcp').read_text().splitlines()[1:])
    return sum(1 for row in rows if row[1].endswith(local) and row[3] == '01')


def memory_kib(server):
    """Pss: as RSS, but pages that processes share count once."""
    return sum(pss_kib(p) for p in process.tree(server.program.process.pid))


def section(contest, count, seen):
    rows = [[name, f'{r["before_mib"]:.1f}', f'{r["after_mib"]:.1f}', f'{r["held"]:,}', f'{r["kib"]:.2f}']
            for name, r in sorted(seen.items(), key=lambda s: s[1]['kib'])]
    notes = contest.notes()
    if servers.most_files() < CONNECTIONS + OTHER_FILES:
        notes.append(f'`ulimit -Hn` is {servers.most_files()}: {CONNECTIONS:,} connections do not fit.')
    return Section(
        TITLE,
        method=f'Pss of all processes of a server that has just started, and while {count:,} connections that were each '
               'answered one GET /user rest. What the kernel keeps for a connection is not in it. watchword with as many '
               'I/O threads as the machine has cores, one process of each peer. A server that does not keep 99 % of them for '
               f'{HOLD_SECONDS} s is left out.',
        figures=[Figure('memory of an idle connection', seen[WATCHWORD]['kib'], 'KiB', at_most=MOST_KIB)],
        tables=[Table(['server', 'MiB before', 'MiB with them', 'connections held', 'KiB each'], rows)],
        plots=[Plot('Memory of an idle connection', 'bars', '', 'KiB',
                    {'KiB': [(name, r['kib']) for name, r in seen.items()]})],
        notes=notes, data=seen)
