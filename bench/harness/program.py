"""Programs that measure something themselves and print JSON."""
import json
import subprocess

from harness.run import Void


def measure(program, *arguments, timeout=600):
    """What it prints; Void if it could not."""
    done = subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout)
    if done.returncode != 0:
        raise Void(f'{program.name}: {done.stderr.strip()}')
    return json.loads(done.stdout)
