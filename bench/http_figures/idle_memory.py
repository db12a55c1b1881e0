"""What idle keep-alive connections cost in memory."""
import contextlib
import time

from harness import client, load, servers
from harness.report import Figure, Plot, Section, Table
from harness.run import Void, say, valid

TITLE = 'Memory of idle connections'
USERS = 3
MANY, MOST = 10_000, 50_000
MOST_MIB = 60
OTHER_FILES = 200    # that server and client need besides connections
HOLD_SECONDS = 2     # time enough to look
OPEN_SECONDS = 120
STEADY_SECONDS, SETTLE_SECONDS = 2, 15
LIMIT = {'HTTP_CONNECTIONS': 2 * MOST}


def measure(run):
    fits = min(MOST, servers.most_files() - OTHER_FILES)
    many = min(MANY, fits)
    counts = run.pick([many], sorted({many, fits}), sorted({many, fits}))
    seen = {}
    for count in counts:
        for name, mib in valid(f'{count} idle connections', lambda c=count: rss_of_all(run, c, floors=c == many)).items():
            seen.setdefault(name, {}).update(mib)
    watchword = seen['watchword']
    figures = [Figure(f'RSS with {many:,} idle connections', watchword[many], 'MiB', at_most=MOST_MIB, digits=1)]
    if fits in counts[1:]:
        figures.append(Figure(f'RSS with {fits:,} idle connections', watchword[fits], 'MiB', digits=1))
    notes = ['nginx sets memory aside for all connections when it starts.'] if 'nginx' in seen else []
    if many < MANY:
        notes.append(f'`ulimit -Hn` is {servers.most_files()}: {MANY:,} connections do not fit, which the target is for.')
    if fits < MOST and fits in counts:
        notes.append(f'`ulimit -Hn` is {servers.most_files()}: {fits:,} connections stand in for {MOST:,}.')
    return Section(
        TITLE,
        method='RSS of the process tree before (once it stays for 2 s), and while so many connections that were each '
               'answered one GET /user rest. watchword as it runs by default, with one I/O thread for each core. What the '
               'kernel keeps for a connection is not in it.',
        figures=figures, notes=notes, data=seen,
        tables=[Table(['server, MiB', 'none', *(f'{c:,}' for c in counts), 'KiB per connection'],
                      [[name, f'{mib[0]:.1f}', *(f'{mib[c]:.1f}' if c in mib else '' for c in counts),
                        f'{per_connection_kib(mib):.2f}'] for name, mib in seen.items()])],
        plots=[plot(seen, many)])


def plot(seen, many):
    return Plot(f'RSS without and with {many:,} idle connections', 'bars', 'server', 'RSS, MiB',
                {'without': [(name, mib[0]) for name, mib in seen.items()],
                 f'with {many:,}': [(name, mib[many]) for name, mib in seen.items()]})


def per_connection_kib(mib):
    most = max(mib)
    return 1024 * (mib[most] - mib[0]) / most


def rss_of_all(run, count, floors):
    """-> {server: {0: MiB, count: MiB}}"""
    directory = run.new_directory()
    with contextlib.ExitStack() as running:
        watchword = running.enter_context(servers.start_watchword(run.build, directory, threads=0, settings=LIMIT))
        headers = {'x-access-token': client.sign_up(watchword.port, USERS)}
        measured = [watchword]
        if floors:
            others = servers.start_floors(running, run.build, directory, watchword, '/user', headers,
                                          count + count // 8 + OTHER_FILES)
            measured += run.pick(others[:1], others, others)
        return {s.name: rss(run, s, headers, count) for s in measured}


def settled_rss(server):
    """Once it stays: watchword gives the memory of password hashing back when nobody has logged in for a second."""
    until = time.monotonic() + SETTLE_SECONDS
    seen, since = server.rss_mib(), time.monotonic()
    while time.monotonic() < min(until, since + STEADY_SECONDS):
        time.sleep(0.1)
        now = server.rss_mib()
        if now != seen:
            seen, since = now, time.monotonic()
    return seen


def rss(run, server, headers, count):
    before = settled_rss(server)
    flags = ['--connections', 0, '--idle', count, '--warm-up', 0, '--duration', HOLD_SECONDS]
    with load.Load(run.build, server, [load.request_class('/user', headers)], *flags) as idle:
        idle.await_measuring(OPEN_SECONDS)
        after = server.rss_mib()
        held = idle.result()['idle_open']
    if held != count:
        raise Void(f'{server.name} let go of {count - held} connections')
    say(f'{server.name}: {before:.1f} MiB, with {count:,} idle connections {after:.1f} MiB')
    return {0: before, count: after}
