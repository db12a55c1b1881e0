// For LD_PRELOAD: the same program with PRAGMA synchronous = NORMAL, set before each of its write transactions. What it
// acknowledges is not durable; tests of durability must notice.
#include <cstring>
#include <dlfcn.h>

struct sqlite3;
using callback = int (*)(void*, int, char**, char**);
using execute = int (*)(sqlite3*, const char*, callback, void*, char**);

extern "C" __attribute__((visibility("default"))) int sqlite3_exec(sqlite3* database, const char* statements,
                                                                   callback each_row, void* context, char** error)
{
    static const auto real = reinterpret_cast<execute>(::dlsym(RTLD_NEXT, "sqlite3_exec"));
    if (std::strcmp(statements, "BEGIN IMMEDIATE") == 0)
        real(database, "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr);
    return real(database, statements, each_row, context, error);
}
