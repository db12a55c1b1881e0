"""Up to ten times as many logins as can be hashed, beside token checks; ten times as many also for the peers."""
import contextlib
import dataclasses

from harness.report import Figure, Section, Table
from harness.run import say, valid
from passwords_figures import phases, storm_plots
from passwords_figures.storming import (CHECK_CONNECTIONS, CHECKS_PER_SECOND, CROWD_SIZE, LEAST_GOODPUT,
                                        MOST_REFUSAL_MS, OPEN_SECONDS, USERS, Loads, Memory, answers, fill_seconds,
                                        goodput, known_capacity, p99_ms, per_second, unanswered_share, written)
from peers_figures import starting
from peers_figures.contest import CORES, WATCHWORD, Contest

TITLE = 'A storm of logins'
TENFOLD = 10
SLOT_MIB, MOST_MIB_BESIDE = 19, 32
DEADLINE = 10            # s: passwords.timeout
MOST_TIMES_CALM = 2      # p99 of token checks
LEAST_CHECKS = 99        # %
MOST_RECOVERY = 2        # s; it is looked at longer
PEERS = ('fastify', 'go', 'rust')


def measure(run):
    lengths = run.pick(phases.Lengths(1.5, 3, 2.5, 0.25, 3), phases.Lengths(6, 20, 6, 0.5, 5),
                       phases.Lengths(8, 60, 8, 1, 10))
    multiples, seconds = run.pick(([2], 1), ([1, 2, 5], 4), ([1, 2, 5], 10))
    database = starting.database(run, USERS)
    users = database.pick(1_000)
    with Contest(run, database, processes=None, only=run.pick(PEERS[:1], PEERS, PEERS)) as contest:
        ours = contest.servers[0]
        peak = known_capacity(run, ours, users)
        gusts = {n: valid(f'{n} times capacity', lambda n=n: gust(run, contest, ours, users, n * peak, peak, seconds))
                 for n in multiples}
        seen = {}
        for server in list(contest.servers):
            one = contest.one(server, 'storm',
                              lambda s=server: phases.watch(run, contest, s, users, TENFOLD * peak, lengths))
            if one is not None:
                seen[server.name] = one
                say(f'{server.name}: {told(one)}')
        goodput(seen[WATCHWORD].storm, peak)
    return section(contest, peak, gusts, seen, seconds, lengths)


def told(seen):
    return (f'{per_second(seen.storm, "201"):.1f} logins/s, p99 of checks {check_p99(seen.calm):.2f} -> '
            f'{check_p99(seen.during) or 0:.2f} ms, {seen.highest_mib:.1f} MiB')


def check_p99(report):
    """None without an answer"""
    return p99_ms(report['classes']['check'])


def gust(run, contest, server, users, rate, peak, seconds):
    """-> reports of logins and checks, and the highest RSS"""
    loads = Loads(run, contest, server, patience=run.pick(5, 10, 10))
    warm_up = fill_seconds(rate, peak)
    with contextlib.ExitStack() as running:
        memory = running.enter_context(Memory(server.program))
        storm = running.enter_context(loads.logins(users, rate, seconds, warm_up, addresses=CROWD_SIZE))
        storm.await_measuring(OPEN_SECONDS)
        checks = running.enter_context(loads.checks(seconds - 0.4, 0.2))
        seen = {'checks': loads.result(checks, seconds), 'logins': loads.result(storm, seconds)}
        seen['highest_mib'] = memory.highest()
    say(f'{rate:.0f} a second: {per_second(seen["logins"], "201"):.1f} done, {goodput(seen["logins"], peak):.0f} % of the '
        f'peak; p99 of checks {check_p99(seen["checks"]):.2f} ms')
    return seen


def section(contest, peak, gusts, seen, seconds, lengths):
    ours = seen[WATCHWORD]
    calm_ms, storm_ms = check_p99(ours.calm), check_p99(ours.during)
    notes = contest.notes() + notes_of(ours)
    return Section(
        TITLE,
        method=f'Capacity is {peak:.1f} logins/s: a closed loop. Then an open loop of so many times that rate over '
               f'{phases.storm_connections_text()} and another of {CHECKS_PER_SECOND} GET /user a second over '
               f'{CHECK_CONNECTIONS} connections, for {seconds} s once the queue is full. The tenfold storm comes '
               f'out of a calm: {lengths.calm:g} s of token checks alone, {lengths.storm:g} s of storm, {lengths.after:g} s '
               f'after it, and one more client logs in {phases.POLITE_RATE} times a second from an address of its own, from '
               'the storm\'s beginning to the end. '
               f'Clients give up after {lengths.patience:g} s. Peers, freshly started as their authors recommend, are '
               'offered as many logins as watchword. Latencies count from when a request was due and include what the '
               'clients lose on the same cores.',
        figures=figures(peak, gusts, ours, calm_ms, storm_ms, lengths.after),
        tables=[storm_table(peak, gusts, ours), servers_table(seen)],
        plots=storm_plots.make(seen, TENFOLD * peak), notes=notes,
        data={'capacity': peak, 'gusts': gusts, 'seen': {name: dataclasses.asdict(s) for name, s in seen.items()}})


def figures(peak, gusts, ours, calm_ms, storm_ms, after):
    refused, admitted = (p99_ms(answers(ours.storm, status)) for status in ('503', '201'))
    found = [Figure(f'logins at {n} times capacity, of the peak', goodput(report, peak), '%', at_least=LEAST_GOODPUT,
                    digits=1)
             for n, report in [(n, g['logins']) for n, g in gusts.items() if n > 1] + [(TENFOLD, ours.storm)]]
    found.append(Figure('highest RSS in a tenfold storm', ours.highest_mib, 'MiB', digits=1,
                        at_most=CORES * SLOT_MIB + MOST_MIB_BESIDE))
    if admitted is not None:
        found.append(Figure('p99 of admitted logins in a tenfold storm', admitted / 1000, 's', at_most=DEADLINE))
    if refused is not None:
        found.append(Figure('p99 of refused logins in a tenfold storm', refused, 'ms', at_most=MOST_REFUSAL_MS))
    found += [Figure('p99 of token checks in a tenfold storm, times that before it', storm_ms / calm_ms,
                     at_most=MOST_TIMES_CALM),
              Figure('p99 of token checks in a tenfold storm', storm_ms, 'ms'),
              Figure('p99 of token checks before it', calm_ms, 'ms'),
              Figure('token checks answered in a tenfold storm', 100 - unanswered_share(ours.during), '%', digits=1,
                     at_least=LEAST_CHECKS)]
    normal = phases.normal_again(ours)
    found.append(Figure('logins as fast as ever after a tenfold storm', after if normal is None else normal, 's',
                        at_most=MOST_RECOVERY, digits=1, found='not while it was measured' if normal is None else ''))
    return found


def notes_of(ours):
    notes = [f'one more client among the {CROWD_SIZE} addresses of the storm: {phases.polite_share(ours):.0f} % of its '
             'logins were done, in the storm and after it']
    if ours.retry_after:
        notes.append(f'{len(ours.retry_after)} refusals read: Retry-After from {min(ours.retry_after)} to '
                     f'{max(ours.retry_after)} s')
    return notes


def storm_table(peak, gusts, ours):
    rows = [storm_row(n, n * peak, g['logins'], g['checks'], g['highest_mib'], peak) for n, g in gusts.items()]
    rows.append(storm_row(TENFOLD, TENFOLD * peak, ours.storm, ours.during, ours.highest_mib, peak))
    calm = ['none', '', '', '', '', '', '', written(check_p99(ours.calm)), written(ours.calm_mib(), '.1f')]
    columns = ['times capacity', 'offered/s', 'done/s', 'of the peak', 'refused/s', 'p99 ms of done', 'p99 ms of refused',
               'p99 ms of token checks', 'highest RSS MiB']
    return Table(columns, [calm, *rows], 'watchword')


def storm_row(n, rate, logins, checks, highest_mib, peak):
    done, refused = answers(logins, '201'), answers(logins, '503')
    return [f'{n}', f'{rate:,.0f}', f'{per_second(logins, "201"):,.1f}', f'{goodput(logins, peak):.0f} %',
            f'{per_second(logins, "503"):,.1f}', written(p99_ms(done), ',.0f'), written(p99_ms(refused)),
            written(check_p99(checks)), f'{highest_mib:.1f}']


def servers_table(seen):
    columns = ['server', 'logins done/s', 'refused/s', 'p99 ms of done', 'one more client\'s logins', 'normal after',
               'token checks: p99 ms before', 'in the storm', 'times', 'not answered', 'MiB before', 'highest MiB']
    return Table(columns, [server_row(name, s) for name, s in seen.items()], 'A tenfold storm')


def server_row(name, s):
    calm, storm = check_p99(s.calm), check_p99(s.during)
    normal = phases.normal_again(s)
    return [name, f'{per_second(s.storm, "201"):,.1f}', f'{per_second(s.storm, "503"):,.1f}',
            written(p99_ms(answers(s.storm, '201')), ',.0f'), f'{phases.polite_share(s):.0f} %',
            'not yet' if normal is None else f'{normal:.1f} s', written(calm), written(storm),
            written(storm / calm, ',.1f') if storm and calm else '', f'{unanswered_share(s.during):.1f} %',
            f'{s.calm_mib():.1f}', f'{s.highest_mib:.1f}']
