"""The servers Watchword is compared with (bench/peers): the tutorial's API on the same data, each run as its authors
recommend for production."""
import os
import pathlib
import subprocess

from harness import process, servers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / 'bench/peers'
BUILT = ROOT / 'build/peers'
INSTALL = 'bench/peers/install.sh'
DEBIAN_PYTHON = pathlib.Path('/usr/bin/python3')  # Debian's packages are of this one, whatever PATH says


def cores():
    return len(os.sched_getaffinity(0))


def output_of(*command):
    """Standard output, '' if that fails."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ''


class Peer:
    """One server. `name`: one word, for tables."""

    name = ''

    def describe(self):
        """What runs, with versions; one line for the report."""
        raise NotImplementedError

    def missing(self):
        """What is not installed, '' if it can start."""
        raise NotImplementedError

    def command(self, processes):
        """-> (command, environment besides DATABASE, SECRET and PORT). `processes`: see start()."""
        raise NotImplementedError

    def start(self, build, directory, secret, processes=None):
        """Serves directory/'bench.db', which has the tutorial's table. `processes`: as many work at once, None for as
        many as the authors recommend. -> process.Program whose port answers"""
        del build  # peers are not built by our CMake
        port = servers.free_port()
        command, more = self.command(processes)
        environment = dict(os.environ, DATABASE=str(directory / 'bench.db'), SECRET=secret, PORT=str(port), **more)
        return process.Program(self.name, command, directory / f'{self.name}.log', process.accepting(port),
                               cwd=directory, env=environment, preexec_fn=servers.allow_files)


class Flask(Peer):
    """The tutorial itself, on gunicorn."""

    name = 'flask'
    MODULES = ('flask', 'flask_sqlalchemy', 'sqlalchemy', 'jwt', 'argon2', 'gunicorn')

    def describe(self):
        python = output_of(DEBIAN_PYTHON, '-c', 'import platform; print(platform.python_version())')
        versions = [f'{m} {output_of(DEBIAN_PYTHON, "-c", f"import {m}; print({m}.__version__)")}' for m in self.MODULES]
        return f'Python {python}, ' + ', '.join(versions)

    def missing(self):
        lacking = [m for m in self.MODULES if not output_of(DEBIAN_PYTHON, '-c', f'import {m}; print({m})')]
        return f'Debian\'s Python modules {", ".join(lacking)}: {INSTALL} flask' if lacking else ''

    def command(self, processes):
        where = SOURCES / 'flask'
        return ([DEBIAN_PYTHON, '-B', '-m', 'gunicorn', '--chdir', where, '-c', where / 'gunicorn_config.py', 'app:app'],
                {'WORKERS': str(processes or 2 * cores() + 1)})


PEERS = [Flask()]
