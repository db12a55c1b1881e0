"""A token check in the tutorial's way: GET /user of a few users, with a valid token."""
from harness.report import Section
from peers_figures import starting
from peers_figures.comparison import Comparison, median_of
from peers_figures.contest import FLOOR, NGINX, Contest, check_class, cost

TITLE = 'Token check'
USERS = 3
CONNECTIONS = 64
WARM_UP = 0.2  # s
MOST_OF_FLOOR, LEAST_OF_PEERS = 1.6, 2.5  # times


def measure(run):
    rounds, seconds = run.pick((2, 0.4), (5, 1), (7, 2))
    with Contest(run, starting.database(run, USERS), floors=(FLOOR, NGINX)) as contest:
        contest.warm_up()

        def once(server):
            return cost(run, server, check_class(contest, server), CONNECTIONS, '--duration', seconds,
                        '--warm-up', WARM_UP)

        seen = contest.take_turns('token check', rounds, once, lambda r: f'{r["cpu_us"]:.2f} µs')
    compared = Comparison(contest, seen, 'cpu_us', 'µs', digits=2)
    return Section(
        TITLE,
        method=f'GET /user with a valid token and {USERS} users, {CONNECTIONS} connections, closed loop of '
               f'`watchword_load` for {seconds} s after a warm-up, {rounds} interleaved rounds. One I/O thread of '
               'watchword, one process of each peer. The floor is one thread in an epoll loop that sends the bytes of '
               'watchword\'s answer without looking at the request; nginx does the same by `return 200`.',
        figures=[*compared.figure_floor(TITLE, MOST_OF_FLOOR), *compared.figure_best_peer(TITLE, LEAST_OF_PEERS)],
        tables=[compared.table('CPU time of a token check', [('checks/s', median_of('per_second')),
                                                             ('p99 ms', median_of('p99_us', 1000, 2))])],
        plots=[compared.plot('CPU time of a token check')], notes=contest.notes(), data=seen)
