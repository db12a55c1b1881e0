"""The servers Watchword is compared with (bench/peers): the tutorial's API on the same data, each run as its authors
recommend for production."""
import contextlib
import functools
import json
import os
import pathlib
import re
import shutil

from harness import process, program, servers
from harness.program import said

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / 'bench/peers'
BUILT = ROOT / 'build/peers'
INSTALL = 'bench/peers/install.sh'
DEBIAN_PYTHON = pathlib.Path('/usr/bin/python3')  # Debian's packages are of this one, whatever PATH says


def cores():
    return len(os.sched_getaffinity(0))


def debian_version(package):
    return said('dpkg-query', '-W', '-f', '${Version}', package)


def built(program, sources, pattern):
    """'' if the program is there and newer than what it is made of."""
    if not program.exists():
        return f'{program.relative_to(ROOT)}: {INSTALL}'
    if any(f.stat().st_mtime > program.stat().st_mtime for f in sources.rglob(pattern)):
        return f'{program.relative_to(ROOT)} is older than its sources: {INSTALL}'
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

    def hash_command(self, rounds):
        """Prints {"engine": name, "cpu_ms": median} of so many hashes on one core."""
        raise NotImplementedError

    def hash_cost(self, rounds):
        """What Argon2id costs by the engine of this server, without the server -> (engine, CPU ms)"""
        measured = program.measure(*self.hash_command(rounds))
        return measured['engine'], measured['cpu_ms']

    def start(self, build, directory, secret, processes=None):
        """Serves directory/'bench.db', which has the tutorial's table. `processes`: as many work at once, None for as
        many as the authors recommend. -> process.Program whose port answers"""
        del build  # peers are not built by our CMake
        port = servers.free_port()
        command, more = self.command(processes)
        environment = dict(os.environ, DATABASE=str(directory / 'bench.db'), SECRET=secret, PORT=str(port), **more)
        return process.Program(self.name, command, directory / f'{self.name}.log', process.accepting(port),
                               cwd=directory, env=environment)


class Flask(Peer):
    """The tutorial itself, on gunicorn."""

    name = 'flask'
    CONFIG = SOURCES / 'flask/gunicorn_config.py'
    MODULES = ('flask', 'flask_sqlalchemy', 'sqlalchemy', 'jwt', 'argon2', 'gunicorn')

    @functools.cache  # each section asks again what is missing, and imports take half a second
    def _ask(self, script):
        return said(DEBIAN_PYTHON, '-c', script)

    def describe(self):
        versions = [f'{m} {self._ask(f"import {m}; print({m}.__version__)")}' for m in self.MODULES]
        return ', '.join([f'Python {self._ask("import platform; print(platform.python_version())")}', *versions])

    def missing(self):
        lacking = [m for m in self.MODULES if not self._ask(f'import {m}; print({m})')]
        return f'Debian\'s Python modules {", ".join(lacking)}: {INSTALL} flask' if lacking else ''

    def command(self, processes):
        command = [DEBIAN_PYTHON, '-B', '-m', 'gunicorn', '--chdir', self.CONFIG.parent, '-c', self.CONFIG, 'app:app']
        return (command, {'WORKERS': str(processes or 2 * cores() + 1)})

    def hash_command(self, rounds):
        return DEBIAN_PYTHON, '-B', SOURCES / 'flask/hashing.py', rounds


class Fastify(Peer):
    """Fastify on Node: a process for each core by node:cluster, or one."""

    name = 'fastify'
    HOME = BUILT / 'fastify'
    OLDEST_NODE = 20

    def _packages(self):
        return json.loads((SOURCES / 'fastify/package.json').read_text())['dependencies']

    def _installed(self, package):
        """Its version, '' if it is not there."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.HOME / 'node_modules' / package / 'package.json').read_text())['version']
        return ''

    def describe(self):
        versions = [f'{p} {self._installed(p)}' for p in self._packages()]
        return f'Node {said("node", "--version")}, ' + ', '.join(versions)

    def missing(self):
        version = re.match(r'v(\d+)', said('node', '--version'))
        if not version or int(version.group(1)) < self.OLDEST_NODE:
            return f'Node {self.OLDEST_NODE} or later'
        lacking = [p for p, wanted in self._packages().items() if self._installed(p) != wanted]
        if not lacking and not (self.HOME / 'node_modules/better-sqlite3/build/Release/better_sqlite3.node').exists():
            lacking = ['better-sqlite3 (not compiled)']
        return f'{", ".join(lacking)}: {INSTALL} fastify' if lacking else ''

    def _copied(self, script):
        """Node looks for packages beside the file that asks."""
        for source in (SOURCES / 'fastify').glob('*.js'):
            shutil.copy(source, self.HOME)
        return self.HOME / script

    def hash_command(self, rounds):
        return pathlib.Path(shutil.which('node')), self._copied('hash_cost.js'), rounds

    def command(self, processes):
        workers = processes or cores()
        return (['node', self._copied('server.js')],
                {'WORKERS': str(workers), 'NODE_ENV': 'production',
                 'UV_THREADPOOL_SIZE': str(max(1, cores() // workers))})  # as many hash at once as there are cores


class Go(Peer):
    """net/http, with Debian's packages."""

    name = 'go'
    PROGRAM = BUILT / 'go_tutorial'
    PACKAGES = ('golang-github-golang-jwt-jwt-dev', 'golang-github-mattn-go-sqlite3-dev', 'golang-golang-x-crypto-dev')

    def describe(self):
        version = re.search(r'go[\d.]+', said('go', 'version'))
        packages = (f'{p[len("golang-"):-len("-dev")]} {debian_version(p)}' for p in self.PACKAGES)
        return f'{version.group() if version else "Go"}, net/http, ' + ', '.join(packages)

    def missing(self):
        return built(self.PROGRAM, SOURCES / 'go', '*.go')

    def hash_command(self, rounds):
        return self.PROGRAM, f'-hash-cost={rounds}'

    def command(self, processes):
        return [self.PROGRAM], {'GOMAXPROCS': str(processes or cores())}


class Rust(Peer):
    """hyper on tokio, with Debian's crates."""

    name = 'rust'
    PROGRAM = BUILT / 'rust_tutorial'
    CRATES = ('hyper', 'tokio', 'rusqlite', 'jsonwebtoken')

    def describe(self):
        version = said('/usr/bin/rustc', '--version').removeprefix('rustc ')
        crates = (f'{c} {debian_version(f"librust-{c}-dev")}' for c in self.CRATES)
        return f'Rust {version}, ' + ', '.join(crates) + f', libsodium {debian_version("libsodium-dev")}'

    def missing(self):
        return built(self.PROGRAM, SOURCES / 'rust', '*.*')

    def hash_command(self, rounds):
        return self.PROGRAM, '--hash-cost', rounds

    def command(self, processes):
        return [self.PROGRAM], {'THREADS': str(processes or cores())}


PEERS = [Flask(), Fastify(), Go(), Rust()]
