#include "failing_calls.hpp"

#include "core/descriptor.hpp"
#include "support/paths.hpp"

#include <fcntl.h>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace watchword::test {

failing_calls::failing_calls()
{
    const core::descriptor file(::open((directory_ / "calls").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (::ftruncate(file.get(), sizeof(call_faults)) != 0) throw std::runtime_error("cannot make a file to share");
    void* const place = ::mmap(nullptr, sizeof(call_faults), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (place == MAP_FAILED) throw std::runtime_error("cannot map a file to share");
    shared_ = new (place) call_faults;
}

failing_calls::~failing_calls()
{
    ::munmap(shared_, sizeof(call_faults));
}

environment failing_calls::variables() const
{
    return {{"LD_PRELOAD", built_file("tests/libfailing_calls.so")}, {"FAILING_CALLS", directory_ / "calls"}};
}

void failing_calls::fail(fallible which, std::int64_t n, bool lasts, int error, database_file where)
{
    auto& f = at(which);
    f.countdown = 0;
    f.lasts = lasts;
    f.error = error;
    f.where = where;
    f.countdown = n;
}

void failing_calls::fail_nth(fallible which, std::int64_t n, int error, database_file where)
{
    fail(which, n, false, error, where);
}

void failing_calls::fail_from(fallible which, std::int64_t n, int error, database_file where)
{
    fail(which, n, true, error, where);
}

void failing_calls::stop(fallible which)
{
    auto& f = at(which);
    f.lasts = false;
    f.countdown = 0;
}

std::uint64_t failing_calls::made(fallible which) const
{
    return at(which).made;
}

std::uint64_t failing_calls::failed(fallible which) const
{
    return at(which).failed;
}

std::int64_t failing_calls::held() const
{
    const auto& f = at(fallible::allocate);
    return static_cast<std::int64_t>(f.made - f.failed - shared_->given_back);
}

} // namespace watchword::test
