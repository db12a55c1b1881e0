"""What micro_count (bench/micro) does, counted in instructions by callgrind."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness.run import Void

SECONDS = 120
# libc and OpenSSL pick their code by the processor. These switch off what not every x86-64 processor has and valgrind
# would show, so that all of them count the same code.
SAME_CODE = {
    'GLIBC_TUNABLES': 'glibc.cpu.hwcaps=-AVX2,-AVX,-ERMS,-FSRM,-AVX_Fast_Unaligned_Load',
    'OPENSSL_ia32cap': '~0x1000000000000000:0',
}


def is_installed():
    return shutil.which('valgrind') is not None


def count(program, subject):
    """Instructions of one operation, of all threads. Raises Void."""
    with tempfile.TemporaryDirectory(prefix='watchword-count-') as directory:
        output = pathlib.Path(directory) / 'callgrind'
        run(program, subject, output, environment(directory))
        once, times = total(f'{output}.1', 'once')
        twice, _ = total(f'{output}.2', 'twice')
    return (twice - once) / times


def environment(directory):
    """Nothing of the caller's: what stands in it moves the stack."""
    return {**SAME_CODE, 'TMPDIR': directory, 'PATH': os.defpath}


def run(program, subject, output, environ, *flags):
    command = ['valgrind', '-q', '--tool=callgrind', '--instr-atstart=no', f'--callgrind-out-file={output}', *flags,
               program, subject]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode != 0:
        raise Void(f'callgrind of {subject}: {done.stderr[-500:]}')


def total(path, trigger):
    """What a dump holds in all, which must be that one, and for how many operations."""
    text = pathlib.Path(path).read_text(errors='replace')
    asked = re.search(rf'^desc: Trigger: Client Request: {trigger} (\d+)$', text, re.M)
    found = re.search(r'^totals: (\d+)$', text, re.M)
    if not asked or not found:
        raise Void(f'callgrind wrote no count for {trigger}')
    return int(found.group(1)), int(asked.group(1))
