"""Throughput and cost from 64 to 4,096 busy connections."""
import contextlib
import statistics

from harness import client, load, servers
from harness.report import Figure, Plot, Section, Table
from harness.rounds import points, rotated
from harness.run import say, valid

TITLE = 'Busy connections'
USERS = 3
LEVELS = (64, 256, 1024, 4096)
MOST_LOST = 15  # % of throughput, from the first level to the last
WARM_UP = 0.5  # s


def measure(run):
    rounds, seconds = run.pick((1, 1), (3, 2), (4, 3))
    directory = run.new_directory()
    with contextlib.ExitStack() as running:
        watchword = running.enter_context(servers.start_watchword(run.build, directory))
        headers = {'x-access-token': client.sign_up(watchword.port, USERS)}
        floors = servers.start_floors(running, run.build, directory, watchword, '/user', headers)
        _, body = client.raw_answer(watchword.port, '/user', headers)
        classes = [load.request_class('/user', headers, answer=body.decode())]
        compared = [watchword, *run.pick(floors[:1], floors, floors)]
        levels = run.pick((LEVELS[0], LEVELS[-1]), LEVELS, LEVELS)
        seen = {s.name: {level: [] for level in levels} for s in compared}
        for n in range(rounds):
            for level in levels:
                for s in rotated(compared, n):
                    one = valid(f'{level} connections to {s.name}', lambda s=s, c=level: busy(run, s, classes, c, seconds))
                    seen[s.name][level].append(one)
                    say(f'{level} connections {n + 1}/{rounds} {s.name}: {one["per_second"]:,.0f}/s, '
                        f'{one["cpu_us"]:.2f} µs')
    lost = {name: lost_percent(levels) for name, levels in seen.items()}
    return Section(
        TITLE,
        method=f'GET /user, closed loop of `watchword_load` (one thread), {seconds} s after {WARM_UP} s of warm-up, '
               f'{rounds} interleaved rounds, medians. watchword runs with one I/O thread.',
        figures=[Figure(f'throughput lost from {LEVELS[0]} to {LEVELS[-1]:,} connections', lost['watchword'], '%',
                        at_most=MOST_LOST, digits=1)],
        tables=[table('Requests a second', seen, 'per_second', ',.0f', lost),
                table('CPU µs per request', seen, 'cpu_us', '.2f')],
        plots=[plot('Throughput', 'requests a second', seen, 'per_second'),
               plot('Cost', 'CPU µs per request', seen, 'cpu_us')],
        data=seen)


def busy(run, server, classes, connections, seconds):
    flags = ['--connections', connections, '--duration', seconds, '--warm-up', WARM_UP]
    report = load.measure(run.build, server, classes, *flags, watch=True)
    return {'per_second': report['per_second'],
            'cpu_us': load.cpu_us(report),
            'latency_us': next(iter(report['classes'].values()))['latency_us']}


def lost_percent(levels):
    pairs = zip(levels[LEVELS[0]], levels[LEVELS[-1]])
    return statistics.median(100 * (1 - last['per_second'] / first['per_second']) for first, last in pairs)


def plot(title, y, seen, what):
    series = {name: points(levels, lambda one: one[what]) for name, levels in seen.items()}
    return Plot(title, 'lines', 'busy connections', y, series, log_x=True)


def table(caption, seen, what, form, lost=None):
    columns = ['server', *(f'{level:,}' for level in next(iter(seen.values())))] + (['lost'] if lost else [])
    rows = [[name, *(f'{statistics.median(one[what] for one in ones):{form}}' for ones in levels.values())]
            + ([f'{lost[name]:.1f} %'] if lost else []) for name, levels in seen.items()]
    return Table(columns, rows, caption)
