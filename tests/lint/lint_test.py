#!/usr/bin/env python3
"""Proves that every rule can fail, and that it leaves good code alone. Closes with "N passed, N failed"."""
import sys

import rules
from sources import File, without_comments

# rule, path, text with one breach
BAD = [
    (rules.libraries_include_whom_they_may, 'lib/http/a.cpp', '#include "store/users.hpp"\n'),
    (rules.libraries_include_whom_they_may, 'lib/core/a.hpp', '#include "http/router.hpp"\n'),
    (rules.libraries_include_whom_they_may, 'lib/accounts/a.cpp', '  #  include "api/answers.hpp"\n'),
    (rules.libraries_include_whom_they_may, 'lib/newcomer/a.cpp', 'int a;\n'),
    (rules.the_build_agrees_with_the_table, 'lib/CMakeLists.txt', 'watchword_library(http watchword::store)\n'),
    (rules.the_build_agrees_with_the_table, 'lib/CMakeLists.txt',
     'target_link_libraries(watchword_core PRIVATE watchword::http)\n'),
    (rules.foreign_headers_stay_in_their_library, 'lib/api/a.cpp', '#include <boost/beast/http.hpp>\n'),
    (rules.foreign_headers_stay_in_their_library, 'lib/core/a.cpp', '#include <openssl/rand.h>\n'),
    (rules.foreign_headers_stay_in_their_library, 'lib/accounts/a.cpp', '#include <sodium.h>\n'),
    (rules.foreign_headers_stay_in_their_library, 'lib/server/a.cpp', '#include <soci/soci.h>\n'),
    (rules.foreign_headers_stay_in_their_library, 'app/a.cpp', '#include <sqlite3.h>\n'),
    (rules.foreign_headers_stay_in_their_library, 'app/a.cpp', '#include <libpq-fe.h>\n'),
    (rules.foreign_headers_stay_in_their_library, 'lib/core/log.hpp', '#include <spdlog/spdlog.h>\n'),
    (rules.core_uses_little_of_boost, 'lib/core/a.cpp', '#include <boost/url.hpp>\n'),
    (rules.only_the_clock_reads_the_time, 'lib/accounts/a.cpp', 'auto t = std::chrono::system_clock::now();\n'),
    (rules.only_the_clock_reads_the_time, 'lib/crypto/a.cpp', 'auto t = std::time(nullptr);\n'),
    (rules.only_the_clock_reads_the_time, 'lib/crypto/a.cpp', 'auto t = ::time(0);\n'),
    (rules.only_core_random_makes_randomness, 'lib/crypto/a.cpp', 'std::random_device device;\n'),
    (rules.only_core_random_makes_randomness, 'lib/crypto/a.cpp', 'RAND_bytes(p, 16);\n'),
    (rules.only_core_random_makes_randomness, 'lib/crypto/a.cpp', 'randombytes_buf(p, 16);\n'),
    (rules.only_core_random_makes_randomness, 'app/a.cpp', 'const auto* name = "/dev/urandom";\n'),
    (rules.secrets_are_compared_in_constant_time, 'lib/api/a.cpp', 'if (form->token == cookie) return true;\n'),
    (rules.secrets_are_compared_in_constant_time, 'lib/api/a.cpp', 'return given != expected.secret.view();\n'),
    (rules.secrets_are_compared_in_constant_time, 'lib/crypto/a.cpp', 'return sign(text) == *tag;\n'),
    (rules.secrets_are_compared_in_constant_time, 'lib/crypto/a.cpp', 'if (std::memcmp(a, b, 32) == 0) return;\n'),
    (rules.special_instructions_stay_at_home, 'lib/crypto/argon2_fill_avx2.cpp', '#include <algorithm>\n'),
    (rules.headers_begin_with_pragma_once, 'tests/support/a.hpp', '#ifndef A\n#define A\n#endif\n'),
    (rules.the_top_level_is_tidy, 'notes.txt', ''),
    (rules.nothing_is_left_unfinished, 'lib/core/a.cpp', '// TO' 'DO: later\n'),
    (rules.nothing_is_left_unfinished, '.ci/run', '# FIX' 'ME\n'),
    (rules.foreign_headers_stay_in_their_library, 'lib/http/a.cpp', '#include <openssl/ssl.h>\n'),
    (rules.foreign_headers_stay_in_their_library, 'lib/api/a.cpp', '#include <fmt/format.h>\n'),
    (rules.nothing_depends_on_where_it_was_written, 'bench/run.sh', 'cd /wo' 'rk/main\n'),
    (rules.nothing_depends_on_where_it_was_written, 'tests/README.md', 'Clone into `/ho' 'me/ada/watchword`.\n'),
    (rules.nothing_depends_on_where_it_was_written, 'tests/run.sh', 'build=/tm' 'p/mine/build\n'),
    (rules.nothing_depends_on_where_it_was_written, '.ci/run', 'curl https://d' 'eb.debian.org/debian\n'),
    (rules.nothing_depends_on_where_it_was_written, 'README.md', 'npm --registry https://reg' 'istry.example.net\n'),
    (rules.the_schema_of_the_log_is_complete, 'config/log.md', '| `nobody` | text | Nothing |\n'),
    (rules.files_are_short, 'lib/core/a.cpp', 'int a;\n' * 501),
]

# What looks like a breach and is none.
GOOD = [
    ('lib/api/a.cpp', '// #include <boost/beast/http.hpp>\n#include "accounts/accounts.hpp"\n#include "answers.hpp"\n'),
    ('lib/api/b.cpp', '/* std::random_device\n   system_clock::now() */\nauto t = steady_clock::now();\n'),
    ('lib/core/clock.hpp', '#pragma once\nauto t = std::chrono::system_clock::now();\n'),
    ('lib/core/log.cpp', '#include <spdlog/async_logger.h>\nauto t = std::chrono::system_clock::now();\n'),
    ('lib/core/random.cpp', '#include <sys/random.h>\nauto n = ::getrandom(p, 1, 0);\n'),
    ('lib/crypto/argon2_fill_avx2.cpp', '#include "crypto/argon2_segment.hpp"\n#include <immintrin.h>\n'),
    ('lib/http/tls_a.cpp', '#include <openssl/ssl.h>\n'),
    ('lib/http/a.cpp', '#include <boost/beast/http.hpp>\nauto t = clock.time(now);\nauto r = operand(x);\n'),
    ('lib/store/a.cpp', '#include <soci/soci.h>\n#include <libpq-fe.h>\n#include "core/error.hpp"\n'),
    ('lib/crypto/a.cpp', "const char* s = \"// no comment\"; const int n = 1'000'000; // system_clock::now()\n"),
    ('lib/crypto/b.cpp', 'if (text.find(x) == token.npos || password.size() == 2 || mac == nullptr || tokens != 3) return;\n'
                         'if (e == errc::wrong_password || rules == password_rules::strict && tag_of(a) == tag_of(b) && p->stage == 2) return;\n'),
    ('lib/CMakeLists.txt', 'watchword_library(api watchword::accounts watchword::http watchword::core)\n'),
    ('tests/unit/http/a_test.cpp', '#include "store/users.hpp"\nstd::mt19937 engine;\n'),
    ('README.md', 'Everything is done.\n'),
    ('config/log.md', '| Field | Type | Meaning |\n|---|---|---|\n'),
    ('app/run.sh', 'cd "$root/wo' 'rk/build" && ls "${build}/home/x" /tmp /var/lib/watchword http://127.0.0.1:5000/root/x\n'),
]


def main():
    failures = []
    for rule, path, text in BAD:
        if len(list(rule([File(path, text)]))) != 1:
            failures.append(f'{rule.__name__} does not see {path}: {text[:60]!r}')
    for path, text in GOOD:
        for rule in rules.ERRORS + rules.WARNINGS:
            failures += [f'{rule.__name__} is wrong about {finding}' for finding in rule([File(path, text)])]
    for rule in rules.ERRORS + rules.WARNINGS:
        if rule not in [r for r, _, _ in BAD]:
            failures.append(f'nothing proves that {rule.__name__} can fail')
    given = 'a "/*" b // c\nR"x(// d)x" \'"\' /* e\n */ f'
    if without_comments(given) != 'a "/*" b     \nR"x(// d)x" \'"\'     \n    f':
        failures.append('comments are not found where they are')

    print(*failures, sep='\n')
    cases = len(BAD) + len(GOOD) + len(rules.ERRORS + rules.WARNINGS) + 1
    print(f'{max(cases - len(failures), 0)} passed, {len(failures)} failed')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
