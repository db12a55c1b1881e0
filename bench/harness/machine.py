"""What the numbers were taken on."""
import os
import pathlib
import platform
import re
import time

from harness.program import said


def commit(root):
    """What was built from; the reports do not count, which the areas of one run write one after the other."""
    git = ('git', '-C', str(root))
    changed = said(*git, 'status', '--porcelain', '-uno', '--', '.', ':!bench/report', ':!README.md')
    name = said(*git, 'describe', '--always') or 'unknown'
    return f'{name}-dirty' if changed else name


def memory_gib():
    total = re.search(r'^MemTotal:\s*(\d+) kB', pathlib.Path('/proc/meminfo').read_text(), re.M)
    return f'{int(total.group(1)) / 2**20:.1f} GiB' if total else 'unknown'


def describe(root, directory):
    """`directory`: where databases were made, for the disk under it."""
    cpu = re.search(r'^model name\s*:\s*(.*)$', pathlib.Path('/proc/cpuinfo').read_text(), re.M)
    return {
        'cpu': cpu.group(1) if cpu else platform.machine(),
        'cores': os.cpu_count(),
        'memory': memory_gib(),
        'kernel': platform.release(),
        'disk': said('findmnt', '-no', 'FSTYPE,SOURCE', '-T', str(directory)) or 'unknown',
        'compiler': said('c++', '--version') or 'unknown',
        'commit': commit(root),
        'day': time.strftime('%Y-%m-%d'),
    }
