"""Statements that are kept prepared, against those that are prepared each time, by SOCI and by the bare API."""
from harness import made_users, program
from harness.postgres import Postgres, find_programs
from harness.report import Plot, Section, Table
from harness.rounds import figure, points, ratios, spread
from harness.run import say, valid

TITLE = 'Statements'
USERS = 1_000
KEPT, ONE_OFF, BARE, BARE_ONE_OFF = 'kept by SOCI', 'one-off by SOCI', 'kept, bare API', 'one-off, bare API'


def measure(run):
    rounds, count = run.pick((11, 1000), (31, 5000), (61, 10_000))
    url = f'sqlite:{run.new_directory() / "users.db"}'
    databases = {'SQLite': measure_one(run, url, rounds, count)}
    notes = []
    if find_programs() is None:
        notes.append('PostgreSQL is not installed: not measured')
    else:
        with Postgres(run.new_directory()) as server:
            databases['PostgreSQL'] = measure_one(run, server.new_database(), rounds, count // 5)
            notes.append(f'PostgreSQL {server.version()}, reached by a Unix socket: most of it is the way there and back')
    section = Section(
        TITLE,
        method=f'`store_statements`: one user of {USERS:,}, found by address, with all columns copied out, in a transaction '
               f'that is open already. Kept by SOCI: `store::find_user_by_email`. {rounds} interleaved rounds in rotating '
               'order, medians; ratios are taken within a round.',
        notes=notes, data=databases)
    for name, seen in databases.items():
        section.figures += [figure(f'{name}: a kept statement by SOCI, times the bare API', times(seen, KEPT, BARE)),
                            figure(f'{name}: a one-off statement by SOCI, times a kept one', times(seen, ONE_OFF, KEPT))]
        section.plots.append(plot(name, seen))
        section.tables.append(Table([name, 'ns', 'min–max', f'times "{BARE}"', 'min–max'],
                                    [[way, *spread(ns).text(0), *times(seen, way, BARE).text()] for way, ns in seen.items()]))
    return section


def measure_one(run, url, rounds, count):
    made_users.make(run.build, url, USERS)
    seen = valid('statements', lambda: program.measure(run.build / 'bench/store_statements', url, USERS, rounds, count))
    for way, ns in seen.items():
        say(f'{way}: {spread(ns).median:,.0f} ns')
    return seen


def plot(name, seen):
    return Plot(f'{name}: one user, found by address', 'bars', 'statement', 'ns', {'ns': points(seen, lambda ns: ns)})


def times(seen, way, base):
    return ratios(seen, way, base, lambda ns: ns)
