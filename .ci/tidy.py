#!/usr/bin/env python3
"""clang-tidy over the sources of lib, app and bench, as build directory BUILD compiles them: tidy.py BUILD

A source that was clean is looked at again only when something it was judged by has changed: clang-tidy, .clang-tidy,
the command that compiles it, or one of the files it includes. What is known to be clean is remembered in
$XDG_CACHE_HOME/watchword-tidy. A source that BUILD has not compiled yet is always looked at: nobody knows what it includes.
The last line counts sources: "N passed, N failed"."""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = pathlib.Path(os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache') / 'watchword-tidy'


def main(build):
    included = files_included(build)
    sources = [(c, key(c, build, included)) for c in commands(build)]
    todo = [(command, digest) for command, digest in sources if digest is None or not (KEPT / digest).exists()]
    print(f'{len(sources)} sources, {len(sources) - len(todo)} of them known to be clean', flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = len(todo) - sum(pool.map(lambda one: is_clean(build, *one), todo))
    print(f'{len(sources) - failed} passed, {failed} failed')
    return 1 if failed or not sources else 0


def commands(build):
    """compile_commands.json's entries for the sources in question"""
    ours = [f'{ROOT / directory}/' for directory in ('lib', 'app', 'bench')]
    entries = json.loads((build / 'compile_commands.json').read_text())
    return [e for e in entries if any(e['file'].startswith(directory) for directory in ours)]


def files_included(build):
    """-> {object: its source and all it includes}, as ninja remembers from the last build"""
    told = subprocess.run(['ninja', '-C', build, '-t', 'deps'], capture_output=True, text=True, check=True).stdout
    found = {}
    for block in told.split('\n\n'):
        head, *files = block.strip('\n').split('\n')
        if head.endswith('(VALID)'):
            found[head.split(':')[0]] = [file.strip() for file in files]
    return found


def key(entry, build, included):
    """What the verdict on this source depends on, as a digest; None if that is not known."""
    files = included.get(re.search(r' -o (\S+)', entry['command'])[1])
    if files is None:
        return None
    parts = [tool(), digest_of(ROOT / '.clang-tidy'), entry['command'].replace(str(ROOT), '')]
    parts += [digest_of(os.path.normpath(build / file)) for file in files]
    return hashlib.sha256('\n'.join(parts).encode()).hexdigest()


@functools.cache
def tool():
    return subprocess.run(['clang-tidy', '--version'], capture_output=True, text=True, check=True).stdout


@functools.cache
def digest_of(file):
    return hashlib.sha256(pathlib.Path(file).read_bytes()).hexdigest()


def is_clean(build, entry, digest):
    done = subprocess.run(['clang-tidy', '-p', build, '--quiet', entry['file']], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode == 0 and not done.stdout.strip():
        if digest:
            KEPT.mkdir(parents=True, exist_ok=True)
            (KEPT / digest).touch()
        return True
    errors = '' if done.stdout.strip() else done.stderr
    print(f'{os.path.relpath(entry["file"], ROOT)}:\n{done.stdout}{errors}', flush=True)
    return False


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
