"""What the rules look at: files with their text, and C++ text without its comments."""
import dataclasses
import os
import pathlib
import re
import subprocess

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'                                      # comments
    r'|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'           # raw strings
    r'|"(?:\\.|[^"\\\n])*"'                                    # strings
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'", re.S)             # characters, not the marks inside numbers


@dataclasses.dataclass(frozen=True)
class File:
    path: str  # relative to the root, with '/'
    text: str

    @property
    def name(self):
        return self.path.rpartition('/')[2]

    @property
    def is_cpp(self):
        return self.path.endswith(('.cpp', '.hpp'))

    def is_in(self, *directories):
        return self.path.startswith(tuple(d + '/' for d in directories))

    def lines(self):
        """(number, line) of the whole text"""
        return enumerate(self.text.splitlines(), 1)

    def code(self):
        """(number, line) without comments; only for C++"""
        return enumerate(without_comments(self.text).splitlines(), 1)


def without_comments(text):
    """Comments become blank, the lines stay."""
    def blank(match):
        token = match.group()
        return re.sub(r'[^\n]', ' ', token) if token.startswith('/') else token
    return TOKEN.sub(blank, text)


def tracked(root):
    """Paths of the repository's files; where there is no repository, of all files outside of build/."""
    git = subprocess.run(['git', '-C', str(root), 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                         capture_output=True, text=True)
    if git.returncode == 0 and git.stdout:
        return sorted(p for p in git.stdout.split('\0') if p and (root / p).is_file())
    paths = []
    for directory, names, files in os.walk(root):
        names[:] = [n for n in names if n not in ('build', '.git', '__pycache__')]
        paths += [str(pathlib.Path(directory, f).relative_to(root)) for f in files]
    return sorted(paths)


TEXT = ('.cpp', '.hpp', '.cmake', '.txt', '.py', '.sh', '.sql', '.md', '.json', '.query', '.conf', '.service', '.yml')


def read_all(root):
    """Every file, with its text if it is of a kind that has one."""
    files = []
    for path in tracked(root):
        is_text = path.endswith(TEXT) or '.' not in path.rpartition('/')[2]
        text = (root / path).read_text(errors='replace') if is_text else ''
        files.append(File(path, text))
    return files
