"""What the figures of an area share while they are measured, and measurements that are repeated when they are void."""
import dataclasses
import pathlib
import tempfile

from harness.progress import say

TRIES = 3  # for a measurement that comes out void
SIZES = ('quick', 'default', 'full')


class Void(Exception):
    """The measurement says nothing: something was refused, timed out or answered wrongly."""


@dataclasses.dataclass
class Run:
    build: pathlib.Path
    directory: pathlib.Path  # temporary
    size: str
    huge: bool = False  # also what takes longer than a full run may: ten million users

    def pick(self, quick, default, full):
        return {'quick': quick, 'default': default, 'full': full}[self.size]

    def new_directory(self):
        """Empty, for one server and its database."""
        path = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        path.chmod(0o755)  # nginx and PostgreSQL work as another user where root starts them
        return path


def valid(what, measure):
    """measure(), again if it was void; raises Void if it was void each time."""
    for attempt in range(TRIES):
        try:
            return measure()
        except Void as e:
            say(f'{what} was void ({attempt + 1} of {TRIES}): {e}')
            last = e
    raise Void(f'{what} was void {TRIES} times: {last}')
