"""What ten thousand idle keep-alive connections cost in memory."""
import time

from harness import load, process, servers
from harness.report import Figure, Plot, Section, Table
from harness.run import Void, say
from peers_figures import starting
from peers_figures.contest import FLOOR, WATCHWORD, Contest, PeerFailed, check_class
from peers_figures.start import SETTLE_SECONDS, pss_kib

TITLE = 'Idle connections'
USERS = 3
CONNECTIONS, QUICK_CONNECTIONS = 10_000, 2_000
OTHER_FILES = 200    # that server and client need besides
HOLD_SECONDS = 1
OPEN_SECONDS = 90
LEAST_HELD = 0.99    # of the connections
MOST_KIB = 4


def measure(run):
    count = min(run.pick(QUICK_CONNECTIONS, CONNECTIONS, CONNECTIONS), servers.most_files() - OTHER_FILES)
    settings = {'HTTP_CONNECTIONS': 2 * CONNECTIONS}
    seen = {}
    with Contest(run, starting.database(run, USERS), threads=0, floors=(FLOOR,), settings=settings) as contest:
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


def held(run, contest, server, count):
    before = memory_kib(server)
    flags = ['--connections', 0, '--idle', count, '--warm-up', 0, '--duration', HOLD_SECONDS, '--timeout', OPEN_SECONDS]
    with load.Load(run.build, server.program, [check_class(contest, server)], *flags) as idle:
        idle.await_measuring(OPEN_SECONDS)
        after = memory_kib(server)
        report = idle.result(failures_allowed=True)
    open_ones = report['idle_open']
    if open_ones < LEAST_HELD * count:
        raise Void(f'of {count:,} connections {open_ones:,} stayed open; the others: '
                   f'{load.only_nonzero(report["failed"]) or "closed by the server"}')
    return {'held': open_ones, 'before_mib': before / 1024, 'after_mib': after / 1024,
            'kib': (after - before) / open_ones}


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
        method=f'Pss of all processes of a server before, and while {count:,} connections that were each answered one '
               'GET /user rest. What the kernel keeps for a connection is not in it. watchword with as many I/O threads '
               'as the machine has cores, one process of each peer. A server that does not keep 99 % of them for '
               f'{HOLD_SECONDS} s is left out.',
        figures=[Figure('memory of an idle connection', seen[WATCHWORD]['kib'], 'KiB', at_most=MOST_KIB)],
        tables=[Table(['server', 'MiB before', 'MiB with them', 'connections held', 'KiB each'], rows)],
        plots=[Plot('Memory of an idle connection', 'bars', '', 'KiB',
                    {'KiB': [(name, r['kib']) for name, r in seen.items()]})],
        notes=notes, data=seen)
