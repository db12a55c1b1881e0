"""tests/deploy/measure.py ROOT USER: how long /watchword in ROOT takes from exec to ready, with the database that is in
its /data, and what memory it keeps idle with 1,000 users. Exits with 1 if a bound is missed."""
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
import uuid

STARTS = 20
USERS = 1000
MOST_MILLISECONDS = 50
MOST_MEBIBYTES = 10
SETTLE_SECONDS = 3  # hashing threads give their memory back after one without logins

ENVIRONMENT = {'WATCHWORD_LISTEN': '127.0.0.1:0', 'WATCHWORD_DATABASE': 'sqlite:/data/watchword.db',
               'WATCHWORD_LOG_OUTPUT': 'stdout', 'WATCHWORD_LOG_FORMAT': 'json'}


def start(root, user):
    """(process, milliseconds from exec to the line that says it is ready)"""
    def enter():
        os.chroot(root)
        os.chdir('/data')
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)

    begin = time.monotonic()  # before the fork: more than the exec alone
    process = subprocess.Popen(['/watchword', 'serve'], env=ENVIRONMENT, stdout=subprocess.PIPE, preexec_fn=enter)
    for line in process.stdout:
        if b'"ready"' in line:
            return process, (time.monotonic() - begin) * 1000
    raise SystemExit('the server did not become ready')


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.stdout.read()
    if process.wait() != 0:
        raise SystemExit('the server did not end with 0')


def add_users(database):
    with sqlite3.connect(database) as connection:
        connection.executemany('INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)', (
            (str(uuid.uuid4()), f'User {n}', f'user{n}@example.test', 'x') for n in range(USERS)))
    connection.close()


def memory(process):
    """In MiB, by name, as the kernel counts."""
    found = {}
    for name in ('smaps_rollup', 'status'):
        with open(f'/proc/{process.pid}/{name}', encoding='utf-8') as file:
            for key, value in re.findall(r'^(Rss|Pss|RssAnon|RssFile):\s+(\d+) kB', file.read(), re.M):
                found[key] = int(value) / 1024
    return found


def main():
    root, user = sys.argv[1], int(sys.argv[2])
    add_users(f'{root}/data/watchword.db')
    times = []
    for _ in range(STARTS):
        process, took = start(root, user)
        times.append(took)
        stop(process)
    median = statistics.median(times)
    print(f'from exec to ready: median of {STARTS} {median:.1f} ms, '
          f'{min(times):.1f} to {max(times):.1f} (at most {MOST_MILLISECONDS})')

    process, _ = start(root, user)
    time.sleep(SETTLE_SECONDS)
    idle = memory(process)
    stop(process)
    print(f'idle with {USERS} users: RSS {idle["Rss"]:.1f} MiB, of it {idle["RssAnon"]:.1f} its own and '
          f'{idle["RssFile"]:.1f} of files; PSS {idle["Pss"]:.1f} MiB (RSS at most {MOST_MEBIBYTES})')
    return 0 if median <= MOST_MILLISECONDS and idle['Rss'] <= MOST_MEBIBYTES else 1


if __name__ == '__main__':
    sys.exit(main())
