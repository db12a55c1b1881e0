#!/usr/bin/env python3
"""clang-tidy over the sources of lib, app and bench, as build directory BUILD compiles them with clang: tidy.py BUILD

Most of its time goes into headers, so sources that are compiled alike and do not disturb each other are looked at
together, as one source that includes them. A source that was clean is looked at again only when something it was judged
by has changed: clang-tidy, .clang-tidy, the command that compiles it, or one of the files it includes. What is known to
be clean is remembered in $XDG_CACHE_HOME/watchword-tidy. A source that BUILD has not compiled yet is always looked at:
nobody knows what it includes. The last line counts sources: "N passed, N failed"."""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = pathlib.Path(os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache') / 'watchword-tidy'
OURS = rf'^{re.escape(str(ROOT))}/(lib|app|tests|bench)/[a-z0-9_/]+\.[ch]pp$'
MOST_TOGETHER = 10


def main(build):
    included = files_included(build)
    sources = [(c, key(c, build, included)) for c in commands(build)]
    todo = {c['file']: (c, digest) for c, digest in sources if digest is None or not (KEPT / digest).exists()}
    print(f'{len(sources)} sources, {len(sources) - len(todo)} of them known to be clean', flush=True)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        groups = [group for alike in pool.map(lambda one: split(*one, scratch), compiled_alike(todo))
                  for group in alike]
        for (_, files), complaints in zip(groups, pool.map(lambda one: judge(*one, scratch), groups)):
            if complaints:
                blamed = [file for file in files if file in complaints] or files
                failed += len(blamed)
                print(f'{" ".join(os.path.relpath(file, ROOT) for file in files)}:\n{complaints}', flush=True)
            else:
                remember(digest for digest in (todo[file][1] for file in files) if digest)
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


def remember(digests):
    KEPT.mkdir(parents=True, exist_ok=True)
    for digest in digests:
        (KEPT / digest).touch()


def compiled_alike(todo):
    """-> [(flags, files)]: of one directory, at most MOST_TOGETHER"""
    alike = {}
    for entry, _ in todo.values():
        flags = re.sub(r' -o \S+ -c \S+$', '', entry['command'])
        alike.setdefault((os.path.dirname(entry['file']), flags), []).append(entry['file'])
    return [(shlex.split(flags)[1:], files[at:at + MOST_TOGETHER])
            for (_, flags), files in sorted(alike.items()) for at in range(0, len(files), MOST_TOGETHER)]


def together(files, scratch):
    """-> the one source that includes them, if they are several"""
    if len(files) == 1:
        return files[0]
    lines = [f'#include "{file}" // NOLINT(bugprone-suspicious-include)\n' for file in files]
    source = pathlib.Path(scratch) / f'{hashlib.sha256("".join(files).encode()).hexdigest()}.cpp'
    source.write_text(''.join(lines))
    return source


def split(flags, files, scratch):
    """-> [(flags, files)] of sources that compile together: one whose names are taken goes to the next group"""
    groups, rest = [], files
    while rest:
        group, rest = rest, []
        while len(group) > 1:
            done = subprocess.run(['clang++', *flags, '-w', '-fsyntax-only', '-ferror-limit=0',
                                   together(group, scratch)], capture_output=True, text=True)
            if done.returncode == 0:
                break
            named = set(re.findall(r'^(\S+?):\d+:\d+: (?:fatal )?error:', done.stderr, re.M))
            strangers = [file for file in group[1:] if file in named] or group[1:]
            group = [file for file in group if file not in strangers]
            rest += strangers
        groups.append((flags, group))
    return groups


def judge(flags, files, scratch):
    """-> what clang-tidy complains of; empty: nothing"""
    done = subprocess.run(['clang-tidy', '--quiet', f'--header-filter={OURS}', f'--config-file={ROOT}/.clang-tidy',
                           together(files, scratch), '--', *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    if done.returncode == 0 and not done.stdout.strip():
        return ''
    return done.stdout.strip() or done.stderr or f'clang-tidy ended with {done.returncode}'


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
