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
    rounds, seconds = run.pick((2, 1), (5, 2), (7, 3))
    with servers.start_watchword(run.build, run.new_directory()) as server:
        headers = {'x-access-token': client.sign_up(server.port, USERS)}
        _, body = client.raw_answer(server.port, '/user', headers)
        classes = [load.request_class('/user', headers, answer=body.decode())]
        flags = ['--connections', CONNECTIONS, '--duration', seconds, '--warm-up', 0.3]

        def ours():
            report = load.measure(run.build, server, classes, *flags, watch=True)
            return report['per_second'], load.cpu_us(report)

        def wrks():
            seen = wrk.measure(server, '/user', headers, CONNECTIONS, seconds)
            return seen.per_second, seen.cpu_us

        rounds_seen = []
        for n in range(rounds):
            order = (ours, wrks) if n % 2 == 0 else (wrks, ours)
            seen = {one: valid(one.__name__, one) for one in order}
            rounds_seen.append((*seen[ours], *seen[wrks]))
            say(f'generator {n + 1}/{rounds}: {seen[ours][0]:,.0f}/s, wrk {seen[wrks][0]:,.0f}/s')
    apart = [100 * (mine / theirs - 1) for mine, _, theirs, _ in rounds_seen]
    cpu_apart = [100 * (mine / theirs - 1) for _, mine, _, theirs in rounds_seen]
    rows = [[str(n + 1), f'{mine:,.0f}', f'{theirs:,.0f}', f'{apart[n]:+.1f} %', f'{mine_cpu:.2f}', f'{theirs_cpu:.2f}',
             f'{cpu_apart[n]:+.1f} %'] for n, (mine, mine_cpu, theirs, theirs_cpu) in enumerate(rounds_seen)]
    return Section(
        TITLE,
        method=f'GET /user on watchword with one I/O thread, {CONNECTIONS} connections, {rounds} rounds of {seconds} s '
               'each, side by side: requests a second, and what one costs the server. On a machine that does other '
               'things, the lighter client gets more through; the cost stays comparable.',
        figures=[Figure('closed loop, requests/s apart from wrk', abs(statistics.median(apart)), '%',
                        at_most=MOST_APART, digits=1),
                 Figure('closed loop, server CPU per request apart from wrk', abs(statistics.median(cpu_apart)), '%',
                        at_most=MOST_APART, digits=1)],
        tables=[Table(['round', 'watchword_load', 'wrk', 'apart', 'CPU µs, watchword_load', 'CPU µs, wrk', 'apart'], rows)],
        data=rounds_seen)
