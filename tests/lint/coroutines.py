#!/usr/bin/env python3
"""Finds coroutine code that GCC 12 miscompiles: coroutines.py BUILD [FILE...]

BUILD is the directory of a configured build with clang (compile_commands.json); without FILEs every source of lib/,
app/ and tests/ with a co_await is looked at, and through them our headers: a template's co_await is known only where it
is used. First it proves itself on coroutine_traps_sample.cpp. Closes with "N passed, N failed", by source.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import sources

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
QUERY = HERE / 'coroutine_traps.query'
SAMPLE = HERE / 'coroutine_traps_sample.cpp'
CONSUMER = ROOT / 'tests' / 'consumer'
MATCH = re.compile(r'^(\S+:\d+):\d+: note: "(\w+)" binds here$', re.M)

# What is found in SAMPLE and its header, by function; the last function is clean.
SAMPLE_FINDINGS = [
    ('switch_on_co_await', 'switch'),
    ('co_await_in_a_ternary', 'ternary'),
    ('lambda_beside_co_await', 'lambda_in_co_await'),
    ('braces_beside_co_await', 'braced_init_beside_co_await'),
    ('co_await_in_braces', 'braced_init_beside_co_await'),
    ('co_await_in_braces', 'co_await_inside_braced_init'),
    ('co_await_in_a_template', 'ternary'),
]


def query(file, before=(), after=()):
    """-> [(place, rule)], each once; raises RuntimeError if clang did not understand the file"""
    command = ['clang-query', '-f', QUERY, *before, file, *after]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or re.search(r'\berror:', done.stdout + done.stderr):
        raise RuntimeError(f'{file}: {done.stdout[-2000:]}{done.stderr[-2000:]}')
    return sorted(set(MATCH.findall(done.stdout)))


def prove_on_sample():
    def function(place):
        file, _, line = place.rpartition(':')
        above = pathlib.Path(file).read_text().splitlines()[:int(line)]
        return re.findall(r'[Tt]ask (\w+)\(', '\n'.join(above))[-1]

    found = [(function(place), rule) for place, rule in query(SAMPLE, after=('--', '-std=c++20'))]
    if sorted(found) != sorted(SAMPLE_FINDINGS):
        raise RuntimeError(f'the lint does not find in {SAMPLE.name} what is there, but {found}')


def with_coroutines():
    files = [f for f in sources.read_all(ROOT) if f.path.endswith('.cpp') and f.is_in('lib', 'app', 'tests')]
    files = [f for f in files if not f.is_in('tests/lint')]
    return [ROOT / f.path for f in files if re.search(r'\bco_await\b', sources.without_comments(f.text))]


def look_at(file, build):
    try:
        if CONSUMER in file.parents:
            return look_at_consumer(file)
        return [f'{place}: {rule}' for place, rule in query(file, before=('-p', build))]
    except RuntimeError as e:
        return [str(e)]


def look_at_consumer(file):
    """A project of its own, which finds our headers where they are installed, as <watchword/...>."""
    with tempfile.TemporaryDirectory() as installed:
        (pathlib.Path(installed) / 'watchword').symlink_to(ROOT / 'lib')
        own = ('-I', ROOT / 'lib', '-I', installed, '-isystem', '/usr/include/postgresql')
        return [f'{place}: {rule}' for place, rule in query(file, after=('--', '-std=c++20', *own))]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1])
    if not (build / 'compile_commands.json').exists():
        sys.exit(f'{build} is no configured build')
    prove_on_sample()
    files = [pathlib.Path(f).resolve() for f in sys.argv[2:]] or with_coroutines()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = list(pool.map(lambda f: look_at(f, build), files))
    print(*sorted(set().union(*findings)), sep='\n')  # several sources see the same header
    failed = sum(1 for each in findings if each)
    print(f'{len(files) - failed} passed, {failed} failed')
    return 1 if failed or not files else 0


if __name__ == '__main__':
    sys.exit(main())
