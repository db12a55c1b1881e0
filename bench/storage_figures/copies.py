"""How fast a whole database goes from SQLite to PostgreSQL, back, and into a backup."""
import os
import pathlib
import subprocess
import time

from harness import made_users, program
from harness.postgres import Postgres, find_programs
from harness.report import Plot, Section, Table
from harness.rounds import figure, interleave, points, ratios, spread
from harness.run import Void

TITLE = 'Copies and backups'
WATCHWORD, BARE = 'watchword', 'bare API'
CP, SQLITE3 = 'cp', 'sqlite3 .backup'


def measure(run):
    users = run.pick(20_000, 1_000_000, 1_000_000)
    rounds = run.pick(2, 3, 4)
    file = run.new_directory() / 'users.db'
    made_users.make(run.build, f'sqlite:{file}', users)
    section = Section(
        TITLE,
        method=f'{users:,} users. `watchword migrate copy` next to `store_copy`, which does the least there is to do: '
               'SQLite\'s prepared statements with a page cache of 512 MiB, libpq\'s COPY, one transaction, nothing checked '
               'or read back. `watchword backup`, which checks what it wrote, next to `cp` with a sync of the copy and to '
               f'sqlite3\'s .backup. Into a new database or file each time, from the page cache. {rounds} interleaved rounds '
               'in rotating order, medians; ratios are taken within a round.')
    section.data = {}
    add_copies(run, section, file, users, rounds)
    add_backups(run, section, file, rounds)
    return section


# --- from one kind of database to the other

def add_copies(run, section, file, users, rounds):
    if find_programs() is None:
        section.notes.append('PostgreSQL is not installed: copies are not measured')
        return
    with Postgres(run.new_directory()) as server:
        full = server.new_database()
        made_users.make(run.build, full, users)
        for title, source, new_target in (
                ('SQLite to PostgreSQL', f'sqlite:{file}', server.new_database),
                ('PostgreSQL to SQLite', full, lambda: f'sqlite:{run.new_directory() / "copy.db"}')):
            measures = {BARE: lambda s=source, n=new_target: bare_copy(run, s, n(), users),
                        WATCHWORD: lambda s=source, n=new_target: watchword_copy(run, s, n(), users)}
            seen = interleave(measures, rounds, lambda r: f'{r["per_second"]:,.0f} rows/s')
            add(section, title, seen, BARE, 'rows/s', lambda r: r['per_second'], 0)


def bare_copy(run, source, target, users):
    made_users.make(run.build, target, 0)
    seen = program.measure(run.build / 'bench/store_copy', source, target)
    return checked(seen['rows'], users, seen['seconds'], target)


def watchword_copy(run, source, target, users):
    began = time.monotonic()
    run_watchword(run, 'migrate', 'copy', '--from', source, '--to', target)
    return checked(rows_of(target), users, time.monotonic() - began, target)


def rows_of(target):
    command = ['sqlite3', target.removeprefix('sqlite:')] if target.startswith('sqlite:') else ['psql', '-qtA', target, '-c']
    return int(subprocess.run([*command, 'SELECT count(*) FROM "user"'], check=True, capture_output=True).stdout)


def checked(rows, users, seconds, target):
    if target.startswith('sqlite:'):
        pathlib.Path(target.removeprefix('sqlite:')).unlink()
    if rows != users:
        raise Void(f'{rows:,} of {users:,} users were copied')
    return {'per_second': rows / seconds, 'seconds': seconds}


def run_watchword(run, *arguments):
    environment = {n: v for n, v in os.environ.items() if not n.startswith('WATCHWORD_')}
    done = subprocess.run([run.build / 'watchword', *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=environment, cwd=run.directory)
    if done.returncode != 0:
        raise Void(f'watchword {arguments[0]} failed: {done.stderr.strip()[-300:]}')


# --- into a file

def add_backups(run, section, file, rounds):
    copy = run.new_directory() / 'copy.db'
    mib = file.stat().st_size / made_users.MIB

    def timed(*commands):
        copy.unlink(missing_ok=True)
        began = time.monotonic()
        for command in commands:
            command()
        took = time.monotonic() - began
        if copy.stat().st_size < file.stat().st_size / 2:
            raise Void('the copy is too small')
        return {'mib_per_second': mib / took, 'seconds': took}

    def shell(*command):
        return lambda: subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)

    measures = {CP: lambda: timed(shell('cp', file, copy), shell('sync', copy)),
                SQLITE3: lambda: timed(shell('sqlite3', file, f'.backup {copy}')),
                WATCHWORD: lambda: timed(lambda: run_watchword(run, 'backup', '--database', f'sqlite:{file}', '--quiet',
                                                               str(copy)))}
    seen = interleave(measures, rounds, lambda r: f'{r["mib_per_second"]:,.0f} MiB/s')
    copy.unlink(missing_ok=True)
    add(section, 'Backup', seen, SQLITE3, 'MiB/s', lambda r: r['mib_per_second'], 0)


def add(section, title, seen, base, unit, number, digits):
    section.figures.append(figure(f'{title}: {unit} of watchword, of {base}\'s',
                                  ratios(seen, WATCHWORD, base, number).times(100), '%', digits=0))
    section.plots.append(Plot(title, 'bars', 'program', unit, {unit: points(seen, number)}))
    section.tables.append(Table([title, unit, 'min–max', f'times {base}', 'min–max', 'seconds'],
                                [[name, *spread(map(number, results)).text(digits), *ratios(seen, name, base, number).text(),
                                  f'{spread(r["seconds"] for r in results).median:.2f}'] for name, results in seen.items()]))
    section.data[title] = seen
