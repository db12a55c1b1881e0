"""CPU time per request of watchword, next to a raw epoll loop and nginx that answer the same bytes."""
import contextlib
import dataclasses
import statistics

from harness import client, servers, wrk
from harness.report import Figure, Plot, Section, Table
from harness.rounds import rotated
from harness.run import say, valid

TITLE = 'CPU time per request'
CONNECTIONS = 64
USERS = 3
MOST_USER, MOST_LIVE = 1.6, 1.25  # times the floor


def measure(run):
    rounds, seconds = run.pick((2, 1), (5, 3), (9, 3))
    directory = run.new_directory()
    with servers.start_watchword(run.build, directory) as watchword:
        token = client.sign_up(watchword.port, USERS)
        user = compare(run, directory, watchword, '/user', {'x-access-token': token}, rounds, seconds)
        live = compare(run, directory, watchword, '/health/live', {}, rounds, seconds)
    return Section(
        TITLE,
        method=f'User and system time of the server\'s process tree per request, `wrk -t1 -c{CONNECTIONS} -d{seconds}s`, '
               f'{rounds} interleaved rounds in rotating order, medians; ratios are taken within a round. watchword runs '
               f'with one I/O thread; `{servers.FLOOR}` is one thread that answers the same bytes without looking at the '
               'request.',
        figures=[figure('CPU per GET /user, times the floor', user, MOST_USER),
                 figure('CPU per GET /health/live, times the floor', live, MOST_LIVE)],
        tables=[table(f'GET /user (a valid token, {USERS} users)', user), table('GET /health/live', live)],
        plots=[plot('GET /user', user), plot('GET /health/live', live)],
        data={'/user': user, '/health/live': live})


def compare(run, directory, watchword, path, headers, rounds, seconds):
    """-> a row for each server"""
    with contextlib.ExitStack() as running:
        floor, *nginx = servers.start_floors(running, run.build, directory, watchword, path, headers)
        compared = [floor, watchword, *nginx]
        runs = {s.name: [] for s in compared}
        for n in range(rounds):
            for s in rotated(compared, n):
                one = valid(f'wrk on {s.name}', lambda s=s: wrk.measure(s, path, headers, CONNECTIONS, seconds))
                runs[s.name].append(one)
                say(f'{path} {n + 1}/{rounds} {s.name}: {one.cpu_us:.2f} µs')
    return summarise(runs, floor.name)


def summarise(runs, floor):
    """runs: {server: [Measured]} in step, so that the n-th runs of all servers stood next to each other in time."""
    rows = []
    for name, measured in runs.items():
        costs = [m.cpu_us for m in measured]
        ratios = [m.cpu_us / f.cpu_us for m, f in zip(measured, runs[floor])]
        rows.append({
            'server': name,
            'cpu_us': statistics.median(costs),
            'cpu_us_min': min(costs),
            'cpu_us_max': max(costs),
            'per_second': statistics.median(m.per_second for m in measured),
            'ratio': statistics.median(ratios),
            'ratio_min': min(ratios),
            'ratio_max': max(ratios),
            'runs': [dataclasses.asdict(m) for m in measured],
        })
    return rows


def figure(name, rows, at_most):
    ours = next(r for r in rows if r['server'] == 'watchword')
    return Figure(name, ours['ratio'], at_most=at_most, low=ours['ratio_min'], high=ours['ratio_max'])


def plot(title, rows):
    costs = [(r['server'], r['cpu_us'], r['cpu_us_min'], r['cpu_us_max']) for r in rows]
    return Plot(title, 'bars', 'server', 'CPU µs per request', {'CPU µs per request': costs})


def table(caption, rows):
    return Table(['server', 'CPU µs/request', 'min–max', 'requests/s', 'ratio to the floor', 'min–max'],
                 [[r['server'], f'{r["cpu_us"]:.2f}', f'{r["cpu_us_min"]:.2f}–{r["cpu_us_max"]:.2f}',
                   f'{r["per_second"]:,.0f}', f'{r["ratio"]:.2f}', f'{r["ratio_min"]:.2f}–{r["ratio_max"]:.2f}']
                  for r in rows], caption)
