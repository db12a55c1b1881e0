"""A storm over time: who is answered what, how long token checks take, how much memory that takes."""
from harness.report import Plot
from peers_figures.contest import WATCHWORD

BESIDE = 'fastify'  # whose logins are drawn beside ours
TIME = 'seconds since the storm began'
STORM = 'storm'
NAMES = {'watchword': 'Watchword', 'fastify': 'Fastify', 'go': 'Go', 'rust': 'Rust'}


def make(seen, rate):
    named = {NAMES.get(name, name): s for name, s in seen.items()}
    beside = BESIDE if BESIDE in seen else next((name for name in seen if name != WATCHWORD), None)
    plots = [logins(NAMES.get(name, name), seen[name], rate) for name in (WATCHWORD, beside) if name in seen]
    plots += [checks(named), memory(named)]
    times = [x for points in plots[-2].series.values() for x, _ in points]  # of token checks, which go on all along
    for plot in plots:
        plot.shaded = [0, seen[WATCHWORD].ended, STORM]
        plot.x_range = [min(times), max(times)]
        plot.series = {name: [p for p in points if min(times) <= p[0] <= max(times)]
                       for name, points in plot.series.items()}
    return plots


def logins(name, s, rate):
    last = max([at for at, _ in s.over_time(s.after, 'check', '200')] or [s.ended])
    series = {'offered': [(0, rate), (s.ended, rate)],
              'done': answered(s, '201', last), 'refused': answered(s, '503', last)}
    return Plot(f'Logins a second of {name}', 'lines', TIME, 'logins/s', {n: p for n, p in series.items() if p}, log_y=True)


def answered(s, status, last):
    """Of the storm and of the one more client together, whose logins go on after it."""
    by_time, length = {}, s.storm['interval_seconds']
    for report in (s.storm, s.polite):
        for at, told in s.over_time(report, 'login', status):
            slot = int(at // length)
            by_time[slot] = by_time.get(slot, 0) + told['answers'] / length
    return [((slot + 0.5) * length, each) for slot, each in sorted(by_time.items()) if (slot + 1) * length <= last]


def checks(seen):
    series = {}
    for name, s in seen.items():
        points = [point for report in (s.calm, s.during, s.after) for point in s.over_time(report, 'check', '200')]
        series[name] = [(at, told['p99'] / 1000) for at, told in points]
    return Plot('p99 of token checks', 'lines', TIME, 'ms', series, log_y=True)


def memory(seen):
    series = {name: [(at, mib) for at, mib in thinned(s)] for name, s in seen.items()}
    return Plot('Memory of all processes (RSS)', 'lines', TIME, 'MiB', series)


def thinned(s):
    """As many as there are intervals."""
    every = max(1, round(s.storm['interval_seconds'] / 0.25))
    return s.memory[::every]
