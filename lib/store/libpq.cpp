#include "store/libpq.hpp"

#include <libpq-fe.h>

#include <dlfcn.h>
#include <stdexcept>
#include <string>
#include <tuple>

// The functions of libpq that SOCI and this library call, under their own names: the linker takes these, and they take
// the real ones from the shared library when they are called first. A function that is missing here does not link.
namespace watchword::store {
namespace {

constexpr const char* library_name = "libpq.so.5";

void* open_library()
{
    void* const handle = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
        throw std::runtime_error("PostgreSQL needs its client library (Debian's package libpq5): " +
                                 std::string(::dlerror())); // NOLINT(concurrency-mt-unsafe): glibc's is of the thread
    return handle;
}

void* library()
{
    static void* const handle = open_library();
    return handle;
}

template <class Function> Function* find(const char* name)
{
    auto* const found = reinterpret_cast<Function*>(::dlsym(library(), name));
    if (found == nullptr) throw std::runtime_error(std::string(library_name) + " has no function " + name);
    return found;
}

template <class Function> struct signature;
template <class Result, class... Parameters> struct signature<Result(Parameters...)> {
    using result = Result;
    template <std::size_t Index> using parameter = std::tuple_element_t<Index, std::tuple<Parameters...>>;
};

} // namespace

void load_libpq()
{
    library();
}

} // namespace watchword::store

// Their signatures are those of the header.
#define PARAMETER(name, index) watchword::store::signature<decltype(name)>::parameter<index>
#define FORWARD(name, parameters, arguments)                                                                           \
    watchword::store::signature<decltype(name)>::result name parameters                                                \
    {                                                                                                                  \
        static auto* const real = watchword::store::find<decltype(name)>(#name);                                       \
        return real arguments;                                                                                         \
    }
#define FORWARD_1(name) FORWARD(name, (PARAMETER(name, 0) a), (a))
#define FORWARD_2(name) FORWARD(name, (PARAMETER(name, 0) a, PARAMETER(name, 1) b), (a, b))
#define FORWARD_3(name) FORWARD(name, (PARAMETER(name, 0) a, PARAMETER(name, 1) b, PARAMETER(name, 2) c), (a, b, c))
#define FORWARD_4(name)                                                                                                \
    FORWARD(name, (PARAMETER(name, 0) a, PARAMETER(name, 1) b, PARAMETER(name, 2) c, PARAMETER(name, 3) d),            \
            (a, b, c, d))
#define FORWARD_5(name)                                                                                                \
    FORWARD(name,                                                                                                      \
            (PARAMETER(name, 0) a, PARAMETER(name, 1) b, PARAMETER(name, 2) c, PARAMETER(name, 3) d,                   \
             PARAMETER(name, 4) e),                                                                                    \
            (a, b, c, d, e))
#define FORWARD_7(name)                                                                                                \
    FORWARD(name,                                                                                                      \
            (PARAMETER(name, 0) a, PARAMETER(name, 1) b, PARAMETER(name, 2) c, PARAMETER(name, 3) d,                   \
             PARAMETER(name, 4) e, PARAMETER(name, 5) f, PARAMETER(name, 6) g),                                        \
            (a, b, c, d, e, f, g))
#define FORWARD_8(name)                                                                                                \
    FORWARD(name,                                                                                                      \
            (PARAMETER(name, 0) a, PARAMETER(name, 1) b, PARAMETER(name, 2) c, PARAMETER(name, 3) d,                   \
             PARAMETER(name, 4) e, PARAMETER(name, 5) f, PARAMETER(name, 6) g, PARAMETER(name, 7) h),                  \
            (a, b, c, d, e, f, g, h))

extern "C" {
FORWARD_1(PQclear)
FORWARD_1(PQcmdStatus)
FORWARD_1(PQcmdTuples)
FORWARD_1(PQconnectdb)
FORWARD_1(PQconninfoFree)
FORWARD_1(PQconsumeInput)
FORWARD_1(PQerrorMessage)
FORWARD_1(PQfinish)
FORWARD_1(PQflush)
FORWARD_1(PQfreemem)
FORWARD_1(PQgetResult)
FORWARD_1(PQisBusy)
FORWARD_1(PQnfields)
FORWARD_1(PQnotifies)
FORWARD_1(PQntuples)
FORWARD_1(PQresultErrorMessage)
FORWARD_1(PQresultStatus)
FORWARD_1(PQserverVersion)
FORWARD_1(PQsetSingleRowMode)
FORWARD_1(PQsocket)
FORWARD_1(PQstatus)
FORWARD_1(PQtransactionStatus)
FORWARD_2(lo_close)
FORWARD_2(PQconninfoParse)
FORWARD_2(PQexec)
FORWARD_2(PQfformat)
FORWARD_2(PQfname)
FORWARD_2(PQfsize)
FORWARD_2(PQftype)
FORWARD_2(PQputCopyEnd)
FORWARD_2(PQresultErrorField)
FORWARD_2(PQsendQuery)
FORWARD_2(PQsetErrorVerbosity)
FORWARD_2(PQsetnonblocking)
FORWARD_3(lo_open)
FORWARD_3(PQescapeLiteral)
FORWARD_3(PQgetCopyData)
FORWARD_3(PQgetisnull)
FORWARD_3(PQgetvalue)
FORWARD_3(PQputCopyData)
FORWARD_3(PQsetNoticeProcessor)
FORWARD_4(lo_lseek)
FORWARD_4(lo_read)
FORWARD_4(lo_write)
FORWARD_5(PQprepare)
FORWARD_5(PQsendPrepare)
FORWARD_7(PQexecPrepared)
FORWARD_7(PQsendQueryPrepared)
FORWARD_8(PQexecParams)
FORWARD_8(PQsendQueryParams)
}
