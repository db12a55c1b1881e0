"""The rules of the house that no compiler checks. Each takes the files and yields findings: "path:line: what"."""
import re

from sources import without_comments

# Who may include whom: DESIGN's table, as lib/README.md shows it. core is open to all.
MAY_INCLUDE = {
    'core': set(),
    'settings': set(),
    'http': set(),
    'crypto': set(),
    'store': set(),
    'accounts': {'store', 'crypto'},
    'api': {'accounts', 'http'},
    'console': {'http'},
    'server': {'api', 'console', 'accounts', 'store', 'crypto', 'http', 'settings'},
    'app': {'server', 'settings', 'api', 'accounts', 'store', 'crypto', 'http'},
}

# One file may see more than its library, for a reason.
MAY_INCLUDE_TOO = {
    # The list of users is serialised once for each change that the store counts; the rows pass accounts by.
    'lib/api/user_list.hpp': {'store'},
    'lib/api/user_list.cpp': {'store'},
}

# Other people's headers that only some may include: pattern of the header -> pattern of the path.
ONLY_IN = {
    r'boost/(beast|asio/ssl)\b': r'lib/http/',
    r'openssl/': r'lib/(crypto/|http/tls)',
    r'(sodium|crypt\.h)\b': r'lib/crypto/',
    r'(soci/|soci\.h|sqlite3\.h|libpq|postgresql/)': r'lib/store/',
    r'(spdlog|fmt)/': r'lib/core/log\.cpp$',
    r'utf8proc\.h': r'lib/core/(caseless|composed)\.cpp$',
    r'prometheus/': r'lib/server/(metric_list|metrics|prometheus_text)\.',
}

# What core may include besides the standard library and the operating system's headers.
CORE_BOOST = r'boost/(system|asio|json|intrusive)/'

WALL_CLOCK = re.compile(r'\bsystem_clock::now\b|\bgettimeofday\b|\bCLOCK_REALTIME\b'
                        r'|(?<![\w.>])(std::|::)?time\((nullptr|NULL|0|&\w+)\)')
MAY_READ_CLOCK = ('lib/core/clock.hpp', 'lib/core/log.cpp')

RANDOMNESS = re.compile(r'\brandom_device\b|\bmt19937|\bdefault_random_engine\b|\bget(random|entropy)\b|\barc4random'
                        r'|\bRAND_(priv_)?bytes\b|\brandombytes_|/dev/u?random|(?<![\w.>])(std::|::)?s?rand\(')
MAY_MAKE_RANDOMNESS = ('lib/core/random.cpp',)

# How long an ordinary comparison takes tells a guesser how much of his guess is right. Hashes and keys go by too many
# names to be found here.
SECRET = r'(\w+(\.|->))*\w*(token|secret|password|passphrase|signature|digest|tag|mac)(\.view\(\)|\(\))?'
QUICK_COMPARISON = re.compile(rf'\b(mem|str|strn)cmp\s*\(|\b{SECRET}\s*[!=]=(?!\s*nullptr\b)'
                              rf'|[!=]=\s*\*?{SECRET}(?![\w.(:]|->)')

SPECIAL_MAY_INCLUDE = {'crypto/argon2_fill.hpp', 'crypto/argon2_segment.hpp', 'immintrin.h', 'cstdint'}

TOP_LEVEL = {
    'app', 'bench', 'config', 'lib', 'tests', '.ci',
    'CMakeLists.txt', 'CMakePresets.json', 'LICENSE', 'README.md',
    '.clang-format', '.clang-tidy', '.editorconfig', '.gitattributes', '.gitignore',
}

LONGEST_FILE = 500

# A checkout works wherever it is cloned, and packages come from wherever the machine has them from.
FOREIGN_PLACE = re.compile(r'(?<![\w.$}])/(work|home|root)/(?!\.)\w|(?<![\w.$}])/tmp/\w+/'
                           r'|\b(deb|security|archive)\.debian\.org|\b(npmjs|pypi|pythonhosted|crates|golang)\.(org|com|io)\b'
                           r'|\b(registry|packages|mirror|proxy)\.[a-z0-9-]+\.[a-z]{2,}', re.I)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
UNFINISHED = re.compile(r'\b(TO' r'DO|FIX' r'ME|X' r'XX|HA' r'CK)\b')


def product(files):
    return [f for f in files if f.is_cpp and f.is_in('lib', 'app')]


def includes(file):
    """(line, 'own' or 'other', header)"""
    for number, line in file.code():
        found = INCLUDE.match(line)
        if found:
            yield number, 'own' if found.group(1) == '"' else 'other', found.group(2)


def room(path):
    """The library, or app."""
    parts = path.split('/')
    return parts[1] if parts[0] == 'lib' else parts[0]


def libraries_include_whom_they_may(files):
    for f in product(files):
        allowed = MAY_INCLUDE.get(room(f.path))
        if allowed is None:
            yield f'{f.path}:1: this library is not in the table of tests/lint/rules.py'
            continue
        allowed = allowed | {room(f.path), 'core'} | MAY_INCLUDE_TOO.get(f.path, set())
        for line, kind, header in includes(f):
            first = header.partition('/')[0] if '/' in header else room(f.path)
            if kind == 'own' and first not in allowed:
                yield f'{f.path}:{line}: {room(f.path)} may not include {header}'


def foreign_headers_stay_in_their_library(files):
    for f in product(files):
        for line, kind, header in includes(f):
            for pattern, place in ONLY_IN.items():
                if kind == 'other' and re.match(pattern, header) and not re.match(place, f.path):
                    yield f'{f.path}:{line}: <{header}> belongs to {place}'


def core_uses_little_of_boost(files):
    for f in product(files):
        for line, _, header in includes(f):
            if room(f.path) == 'core' and header.startswith('boost/') and not re.match(CORE_BOOST, header):
                yield f'{f.path}:{line}: core may not include <{header}>'


def only_the_clock_reads_the_time(files):
    yield from matches(product(files), WALL_CLOCK, MAY_READ_CLOCK, 'the wall clock is read by core/clock.hpp only')


def only_core_random_makes_randomness(files):
    yield from matches(product(files), RANDOMNESS, MAY_MAKE_RANDOMNESS, 'randomness comes from core/random.cpp only')


def secrets_are_compared_in_constant_time(files):
    yield from matches(product(files), QUICK_COMPARISON, (),
                       'a secret, perhaps: compare it with core::equal_in_constant_time')


def matches(files, pattern, exempt, what):
    for f in files:
        if f.path in exempt:
            continue
        for line, text in f.code():
            if pattern.search(text):
                yield f'{f.path}:{line}: {what}'


def special_instructions_stay_at_home(files):
    """What is compiled for one instruction set has no inline functions that the linker could give to everybody."""
    for f in files:
        if re.match(r'lib/crypto/argon2_(fill|segment)', f.path):
            for line, _, header in includes(f):
                if header not in SPECIAL_MAY_INCLUDE:
                    yield f'{f.path}:{line}: compiled for special processors, it may not include {header}'


def headers_begin_with_pragma_once(files):
    for f in files:
        if f.path.endswith('.hpp') and not f.text.startswith('#pragma once\n'):
            yield f'{f.path}:1: the first line is not #pragma once'


def the_top_level_is_tidy(files):
    for entry in sorted({f.path.partition('/')[0] for f in files}):
        if entry not in TOP_LEVEL:
            yield f'{entry}: does not belong to the top level'


def nothing_is_left_unfinished(files):
    for f in files:
        if f.is_in('lib', 'app', 'bench', 'config', '.ci') or (f.is_in('tests') and not f.path.endswith('.json')):
            for line, text in f.lines():
                if UNFINISHED.search(text):
                    yield f'{f.path}:{line}: {text.strip()}'


def nothing_depends_on_where_it_was_written(files):
    for f in files:
        for line, text in f.lines():
            if FOREIGN_PLACE.search(text):
                yield f'{f.path}:{line}: names a place outside of the repository: {text.strip()[:80]}'


def files_are_short(files):
    for f in product(files):
        if len(f.text.splitlines()) > LONGEST_FILE:
            yield f'{f.path}: more than {LONGEST_FILE} lines: has it one subject?'


def the_build_agrees_with_the_table(files):
    """lib/CMakeLists.txt links no library of ours that may not be included."""
    for f in files:
        if f.path != 'lib/CMakeLists.txt':
            continue
        for line, text in f.lines():
            found = re.match(r'\s*(?:watchword_library\(|target_link_libraries\(watchword_)(\w+)(.*)\)', text)
            if not found:
                continue
            for linked in re.findall(r'watchword::(\w+)', found.group(2)):
                if linked != 'core' and linked not in MAY_INCLUDE.get(found.group(1), set()):
                    yield f'{f.path}:{line}: {found.group(1)} may not link {linked}'


LOG_CALL = re.compile(r'\blog::(?:trace|debug|info|warning|error|security|access|field)\b(?:"(?:\\.|[^"\\\n])*"|[^;"])*;')
LOG_FIELD = re.compile(r'\{\s*"(\w+)",')
LOG_EVENT = re.compile(r'"([a-z_]+\.[a-z_]+)"')
LOG_SCHEMA = 'config/log.md'


def the_schema_of_the_log_is_complete(files):
    """Each field and each event that a line may have is in the tables, and nothing else is."""
    tables = ''.join(f.text for f in files if f.path == LOG_SCHEMA)
    if not tables:
        return
    documented = set(re.findall(r'^\| `([\w.]+)` \|', tables, re.M))
    used = {}
    for f in files:
        if not f.is_in('lib', 'app') or not f.path.endswith('.cpp'):
            continue
        if f.path == 'lib/core/log.cpp':
            used.update((name, f.path) for name in ('stream', 'event', 'count'))
        text = without_comments(f.text)
        names = [name for call in LOG_CALL.findall(text) for name in LOG_FIELD.findall(call)]
        if 'log::security' in text:
            names += LOG_EVENT.findall(text)
        used.update((name, f.path) for name in names)
    for name in sorted(used.keys() - documented):
        yield f'{used[name]}: {LOG_SCHEMA} says nothing of `{name}`'
    for name in sorted(documented - used.keys()):
        yield f'{LOG_SCHEMA}: no line of the log has `{name}`'


ERRORS = [
    libraries_include_whom_they_may,
    the_build_agrees_with_the_table,
    foreign_headers_stay_in_their_library,
    core_uses_little_of_boost,
    only_the_clock_reads_the_time,
    only_core_random_makes_randomness,
    secrets_are_compared_in_constant_time,
    special_instructions_stay_at_home,
    headers_begin_with_pragma_once,
    the_top_level_is_tidy,
    nothing_is_left_unfinished,
    nothing_depends_on_where_it_was_written,
    the_schema_of_the_log_is_complete,
]
WARNINGS = [files_are_short]
