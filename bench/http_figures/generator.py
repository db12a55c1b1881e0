"""Whether our load generator may be believed: its closed loop against wrk's, on the same server."""
import statistics

from harness import client, load, servers, wrk
from harness.report import Figure, Section, Table
from harness.run import say, valid

TITLE = 'The load generator against wrk'
CONNECTIONS = 64
USERS = 3
MOST_APART = 10  # %


def measure(run):
    rounds, seconds = run.pick((3, 1), (5, 2), (15, 3))
    with servers.start_watchword(run.build, run.new_directory()) as server:
        headers = {'x-access-token': client.sign_up(server.port, USERS)}
        _, body = client.raw_answer(server.port, '/user', headers)
        classes = [load.request_class('/user', headers, answer=body.decode())]
        flags = ['--connections', CONNECTIONS, '--duration', seconds, '--warm-up', 0.3]

        def ours():
            return load.measure(run.build, server, classes, *flags)['per_second']

        def wrks():
            return wrk.measure(server, '/user', headers, CONNECTIONS, seconds).per_second

        pairs = []
        for n in range(rounds):
            order = (ours, wrks) if n % 2 == 0 else (wrks, ours)
            seen = {one: valid(one.__name__, one) for one in order}
            pairs.append((seen[ours], seen[wrks]))
            say(f'generator {n + 1}/{rounds}: {seen[ours]:,.0f}/s, wrk {seen[wrks]:,.0f}/s')
    apart = statistics.median(100 * (mine / theirs - 1) for mine, theirs in pairs)
    rows = [[str(n + 1), f'{mine:,.0f}', f'{theirs:,.0f}', f'{100 * (mine / theirs - 1):+.1f} %']
            for n, (mine, theirs) in enumerate(pairs)]
    return Section(
        TITLE,
        method=f'GET /user on watchword with one I/O thread, {CONNECTIONS} connections, {rounds} rounds of {seconds} s '
               'each, side by side; requests a second. Below, every figure that wrk cannot give comes from '
               '`watchword_load`.',
        figures=[Figure('closed loop, apart from wrk', abs(apart), '%', at_most=MOST_APART, digits=1)],
        tables=[Table(['round', 'watchword_load', 'wrk', 'apart'], rows)],
        data=pairs)
