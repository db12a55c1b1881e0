"""A PostgreSQL server of the benchmark's own: private data directory, a Unix socket, nobody else's settings."""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from harness import process
from harness.run import say

START_SECONDS, STOP_SECONDS = 60, 30
NAMES = 'postgres'


def find_programs():
    """The newest version that Debian has installed; None without one."""
    found = sorted(pathlib.Path('/usr/lib/postgresql').glob('*/bin/initdb'), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def as_somebody():
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(NAMES)
    return {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}


class Postgres:
    """Raises RuntimeError where PostgreSQL is not installed or does not start. With its default settings, so durable.
    `environment`: of the server, besides ours"""

    def __init__(self, directory, environment=None):
        self._programs = find_programs()
        if self._programs is None:
            raise RuntimeError('PostgreSQL is not installed')
        self._databases = 0
        self.directory = pathlib.Path(directory)
        # A socket's path has little room.
        self._socket = pathlib.Path(tempfile.mkdtemp(prefix='watchword-pg-'))
        who = as_somebody()
        for path in (self.directory, self._socket):
            if who:
                os.chown(path, who['user'], who['group'])
        say('starting PostgreSQL')
        self._run('initdb', '--pgdata', self.directory / 'data', '--username', NAMES, '--auth', 'trust', '--encoding',
                  'UTF8', '--locale', 'C.UTF-8')
        self._log = (self.directory / 'server.log').open('wb')
        self._process = subprocess.Popen(
            [self._programs / 'postgres', '-D', self.directory / 'data', '-k', self._socket, '-c', 'listen_addresses=',
             '-c', 'max_connections=200'],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd='/', preexec_fn=process.end_with_us,
            env={**os.environ, **(environment or {})}, **who)
        try:
            self._await_ready()
        except BaseException:
            self.stop()
            raise

    def _run(self, program, *arguments):
        done = subprocess.run([self._programs / program, *arguments], cwd='/', capture_output=True, text=True,
                              **as_somebody())
        if done.returncode != 0:
            raise RuntimeError(f'{program} failed: {done.stderr}')
        return done.stdout

    def _await_ready(self):
        until = time.monotonic() + START_SECONDS
        state = self.directory / 'data/postmaster.pid'
        while time.monotonic() < until and self._process.poll() is None:
            if state.exists() and '\nready' in state.read_text():
                return
            time.sleep(0.05)
        raise RuntimeError('PostgreSQL does not start:\n' + (self.directory / 'server.log').read_text())

    def url(self, database):
        return f'postgresql://{NAMES}@/{database}?host={self._socket}'

    def new_database(self):
        """The URL of an empty one."""
        self._databases += 1
        name = f'bench{self._databases}'
        self.query('postgres', f'CREATE DATABASE {name}')
        return self.url(name)

    def query(self, database, statement):
        """What psql prints."""
        return self._run('psql', '--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--command', statement,
                         self.url(database))

    def version(self):
        return self.query('postgres', 'SHOW server_version').split()[0]

    def cpu_seconds(self):
        """Of the server and those that serve its connections now."""
        return process.cpu_seconds(self._process.pid)

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
        self._log.close()
        shutil.rmtree(self._socket, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
