"""What a token check costs with few and with thousands of busy connections."""
from harness.report import Plot, Section, Table
from harness.rounds import points, rotated, spread
from harness.run import say
from peers_figures import starting
from peers_figures.contest import FLOOR, NGINX, Contest, PeerFailed, check_class, cost, in_a_line

TITLE = 'Number of busy connections'
USERS = 3
LEVELS = (16, 64, 256, 1024, 4096)
QUICK_LEVELS = (1024,)


def measure(run):
    rounds, seconds, warm_up = run.pick((1, 0.4, 0.2), (2, 0.8, 0.2), (2, 1.5, 0.3))
    levels = run.pick(QUICK_LEVELS, LEVELS, LEVELS)
    with Contest(run, starting.database(run, USERS), floors=(FLOOR, NGINX)) as contest:
        contest.warm_up()
        seen = {s.name: {level: [] for level in levels} for s in contest.servers}
        failed = {}  # server -> (level, why)
        for n in range(rounds):
            for level in levels:
                one_level(run, contest, seen, failed, n, level, ('--duration', seconds, '--warm-up', warm_up))
        notes = contest.notes() + [f'**{name} failed**: {in_a_line(why)}' for name, (_, why) in failed.items()]
    return section(levels, rounds, seconds, seen, notes)


def one_level(run, contest, seen, failed, number, level, flags):
    """A peer that fails at a level is spared that and what is above."""
    for server in rotated(contest.servers, number):
        if server.name in failed and level >= failed[server.name][0]:
            continue
        try:
            result = contest.attempt(server, f'{level:,} connections',
                                     lambda s=server: cost(run, s, check_class(contest, s), level, *flags))
        except PeerFailed as e:
            say(f'{server.name}: {e}')
            failed[server.name] = (level, str(e))
            seen[server.name][level] = []
            continue
        seen[server.name][level].append(result)
        say(f'{level:,} connections {number + 1} {server.name}: {result["cpu_us"]:.2f} µs, '
            f'{result["per_second"]:,.0f}/s')


def section(levels, rounds, seconds, seen, notes):
    return Section(
        TITLE,
        method=f'GET /user with a valid token and {USERS} users, closed loop for {seconds} s after a warm-up, {rounds} '
               'interleaved rounds, medians. One I/O thread of watchword, one process of each peer.',
        tables=[table(levels, seen, 'cpu_us', 'CPU µs per check', ',.2f'),
                table(levels, seen, 'per_second', 'Checks a second', ',.0f')],
        plots=[plot(levels, seen, 'cpu_us', 'CPU time of a token check', 'CPU µs'),
               plot(levels, seen, 'per_second', 'Token checks a second', 'checks/s')],
        notes=notes, data=seen)


def table(levels, seen, key, caption, form):
    rows = [[name, *(f'{spread(r[key] for r in of_levels[level]).median:{form}}' if of_levels[level] else 'failed'
                     for level in levels)] for name, of_levels in seen.items()]
    return Table(['server', *(f'{level:,}' for level in levels)], rows, caption)


def plot(levels, seen, key, title, y):
    series = {}
    for name, of_levels in seen.items():
        series[name] = points({level: of_levels[level] for level in levels if of_levels[level]}, lambda r: r[key])
    return Plot(title, 'lines', 'connections', y, series, log_x=True, log_y=True)
