"""Where a program's time goes, as stacks: from perf's samples, or from what callgrind counted in a program of ours.
Stacks are tuples of frames, the outermost first; -> {stack: weight}"""
import collections
import dataclasses
import pathlib
import re
import shutil
import subprocess

from harness import callgrind

SAMPLES_PER_SECOND = 1500
STACK_BYTES = 4096  # of each sample, from which its callers are found
CALLERS = 40        # that callgrind tells apart


@dataclasses.dataclass(frozen=True)
class Frame:
    name: str
    is_kernel: bool = False


def why_no_perf():
    """None if perf can take samples here, of the kernel too."""
    if not shutil.which('perf'):
        return 'perf is not installed'
    tried = subprocess.run(['perf', 'record', '-q', '-e', 'cpu-clock', '-g', '-o', '/dev/null', '--', 'true'],
                           capture_output=True, text=True)
    return None if tried.returncode == 0 else (tried.stderr.strip().splitlines() or ['perf failed'])[0]


def sample(pid, seconds, directory):
    """What the process does, kernel and all."""
    data = pathlib.Path(directory) / 'perf.data'
    subprocess.run(['perf', 'record', '-q', '-e', 'cpu-clock', '-F', str(SAMPLES_PER_SECOND), '--call-graph',
                    f'dwarf,{STACK_BYTES}', '-o', data, '-p', str(pid), '--', 'sleep', str(seconds)],
                   capture_output=True, check=True)
    told = subprocess.run(['perf', 'script', '--no-inline', '-F', 'ip,sym', '-i', data], capture_output=True, text=True,
                          errors='replace', check=True)
    data.unlink()
    return parse_perf(told.stdout)


def parse_perf(text):
    stacks = collections.Counter()
    for block in text.split('\n\n'):
        frames = []
        for line in block.splitlines():
            address, _, name = line.strip().partition(' ')
            if name:
                frames.append(Frame(tidy(name), int(address, 16) >> 63 == 1))
        if frames:
            stacks[tuple(reversed(frames))] += 1
    return stacks


def counted(program, subject, directory):
    """The same from callgrind: instructions of a subject of micro_count, none of the kernel's."""
    output = pathlib.Path(directory) / 'callgrind'
    callgrind.run(program, subject, output, callgrind.environment(str(directory)), f'--separate-callers={CALLERS}',
                  '--compress-strings=no')
    return parse_callgrind(pathlib.Path(f'{output}.2').read_text(errors='replace'))


def parse_callgrind(text):
    stacks, stack, skips = collections.Counter(), None, False
    for line in text.splitlines():
        if line.startswith('fn='):
            stack = tuple(Frame(tidy(name)) for name in reversed(line[3:].split("'")) if not name.isdigit())
        elif line.startswith('calls='):
            skips = True  # the line after it is what was called
        elif re.match(r'[+\-*\d]', line) and stack:
            if not skips:
                stacks[stack] += int(line.split()[1])
            skips = False
    return stacks


def tidy(name):
    """A C++ name without what its templates and parameters are."""
    name = name.replace('(anonymous namespace)::', '').replace('operator()', 'operator_call')
    name = re.sub(r' \[clone [^\]]*\]', '', name)
    name = without(without(name, '<', '>'), '(', ')').removesuffix(' const').split('::_Z')[0].rpartition(' ')[2]
    return name.replace('operator_call', 'operator()').removeprefix('watchword::').removeprefix('boost::')


def without(name, opens, closes):
    kept, depth = [], 0
    for c in name:
        if c == opens:
            depth += 1
        elif c == closes and depth:
            depth -= 1
        elif not depth:
            kept.append(c)
    return ''.join(kept) or name
