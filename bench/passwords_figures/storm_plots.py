"""A storm over time: who is answered what, how long token checks take, how much memory that takes."""
from harness.report import Plot
from peers_figures.contest import WATCHWORD

BESIDE = 'fastify'  # whose logins are drawn beside ours
TIME = 'seconds since the storm began'
STORM = 'storm'


def make(seen, rate):
    plots = [logins(name, seen[name], rate) for name in (WATCHWORD, BESIDE) if name in seen]
    if BESIDE not in seen:
        plots += [logins(name, seen[name], rate) for name in list(seen)[1:2]]
    shaded = [0, max(s.ended for s in seen.values()), STORM]
    return plots + [checks(seen, shaded), memory(seen, shaded)]


def logins(name, s, rate):
    last = max([at for at, _ in s.over_time(s.after, 'check', '200')] or [s.ended])
    series = {'offered': [(0, rate), (s.ended, rate)],
              'done': answered(s, '201', last), 'refused': answered(s, '503', last)}
    return Plot(f'Logins a second of {name}', 'lines', TIME, 'logins/s', {n: p for n, p in series.items() if p},
                log_y=True, shaded=[0, s.ended, STORM])


def answered(s, status, last):
    """Of the storm and of the one more client together, whose logins go on after it."""
    by_time, length = {}, s.storm['interval_seconds']
    for report in (s.storm, s.polite):
        for at, told in s.over_time(report, 'login', status):
            slot = int(at // length)
            by_time[slot] = by_time.get(slot, 0) + told['answers'] / length
    return [((slot + 0.5) * length, each) for slot, each in sorted(by_time.items()) if (slot + 1) * length <= last]


def checks(seen, shaded):
    series = {}
    for name, s in seen.items():
        points = [point for report in (s.calm, s.during, s.after) for point in s.over_time(report, 'check', '200')]
        series[name] = [(at, told['p99'] / 1000) for at, told in points]
    return Plot('p99 of token checks', 'lines', TIME, 'ms', series, log_y=True, shaded=shaded)


def memory(seen, shaded):
    series = {name: [(at, mib) for at, mib in thinned(s)] for name, s in seen.items()}
    return Plot('Memory of all processes (RSS)', 'lines', TIME, 'MiB', series, shaded=shaded)


def thinned(s):
    """As many as there are intervals."""
    every = max(1, round(s.storm['interval_seconds'] / 0.25))
    return s.memory[::every]
