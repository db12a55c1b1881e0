"""From the start of the program to its first answer, and the memory it then takes."""
import contextlib
import pathlib
import re
import time

from harness import process
from harness.report import Figure, Plot, Section, Table
from harness.rounds import points, spread
from harness.run import Void
from peers_figures import starting
from peers_figures.contest import FAILURES, PEER, WATCHWORD, Contest, fetch

TITLE = 'Start and idle memory'
USERS = 3
PAUSE = 0.001          # between two looks whether it answers
MOST_SECONDS = 20
SETTLE_SECONDS = 1.5   # watchword gives the memory of its self-test of password hashing back
MIB = 1024             # KiB


def measure(run):
    rounds = run.pick(2, 9, 15)
    with Contest(run, starting.database(run, USERS), threads=0) as contest:
        seen = contest.take_turns('start', rounds, lambda s: started_again(contest, s), lambda r: f'{r["ms"]:.1f} ms')
        time.sleep(SETTLE_SECONDS)
        for server in contest.servers:
            seen[server.name][-1].update(memory(server.program))
        kinds = {s.name: s.kind for s in contest.servers}
    return section(contest, kinds, rounds, seen)


def started_again(contest, server):
    with looking_often():
        contest.start_again(server)
    until = time.monotonic() + MOST_SECONDS
    while not answers(contest, server):
        if time.monotonic() > until:
            raise Void('it does not answer')
        server.must_live()
        time.sleep(PAUSE)
    return {'ms': 1000 * (time.monotonic() - server.program.began)}


@contextlib.contextmanager
def looking_often():
    usual = process.Program.look_every
    process.Program.look_every = PAUSE
    try:
        yield
    finally:
        process.Program.look_every = usual


def answers(contest, server):
    try:
        return fetch(server, '/user', {'x-access-token': contest.token})[0] == 200
    except FAILURES:
        return False


def memory(program):
    members = process.tree(program.process.pid)
    return {'processes': len(members), 'rss_mib': program.rss_mib(), 'pss_mib': sum(pss_kib(p) for p in members) / MIB}


def pss_kib(pid):
    """What several processes share is divided among them."""
    rollup = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text()
    return int(re.search(r'^Pss:\s*(\d+) kB', rollup, re.M).group(1))


def section(contest, kinds, rounds, seen):
    figures = []
    for what, key, unit, digits in (('start to first answer', 'ms', 'ms', 1), ('idle RSS', 'rss_mib', 'MiB', 1),
                                    ('idle Pss', 'pss_mib', 'MiB', 1)):
        ours = median(seen[WATCHWORD], key)
        peers = {name: median(results, key) for name, results in seen.items() if kinds[name] == PEER}
        best = min(peers, key=peers.get, default=None)
        figures.append(Figure(what, ours, unit, at_most=round(peers[best], digits) if best else None, digits=digits,
                              found=f'the target is that of the best peer, {best}' if best else ''))
    rows = [[name, *spread(r['ms'] for r in results).text(1), f'{median(results, "rss_mib"):.1f}',
             f'{median(results, "pss_mib"):.1f}', f'{median(results, "processes"):.0f}']
            for name, results in sorted(seen.items(), key=lambda s: median(s[1], 'ms'))]
    starts = points(seen, lambda r: r['ms'])
    memory = {what: [(name, median(results, key)) for name, results in seen.items()]
              for what, key in (('RSS', 'rss_mib'), ('Pss', 'pss_mib'))}
    return Section(
        TITLE,
        method='From before exec to the first 200 of GET /user, looked for every millisecond, on a database that the '
               f'server has opened before; {rounds} interleaved rounds, medians. After the last, RSS and Pss (shared '
               f'pages divided among those that share them) of all its processes, {SETTLE_SECONDS:g} s later. watchword '
               'with as many I/O threads as the machine has cores, each peer with one process, so as small as it gets.',
        figures=figures,
        tables=[Table(['server', 'start ms', 'min–max', 'RSS MiB', 'Pss MiB', 'processes'], rows)],
        plots=[Plot('Start to first answer', 'bars', '', 'ms', {'ms': starts}, log_y=True),
               Plot('Idle memory', 'bars', '', 'MiB', memory, log_y=True)],
        notes=contest.notes(), data=seen)


def median(results, key):
    return spread(r[key] for r in results if key in r).median
