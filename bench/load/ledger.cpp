#include "load/ledger.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <chrono>
#include <exception>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace watchword::load {
namespace {

std::int64_t milliseconds_now()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

[[noreturn]] void fail(const std::string& what)
{
    throw std::system_error(errno, std::generic_category(), "the ledger: " + what);
}

} // namespace

ledger::ledger(const std::string& file)
{
    if (file.empty()) return;
    file_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file_ < 0) fail("cannot open " + file);
}

ledger::~ledger()
{
    if (file_ < 0) return;
    try {
        write();
    } catch (const std::exception&) { // who must know calls it
    }
    ::close(file_);
}

void ledger::add(std::string_view class_name, std::string_view value, unsigned status)
{
    const boost::json::object line{{"class", boost::json::string_view(class_name.data(), class_name.size())},
                                   {"value", boost::json::string_view(value.data(), value.size())},
                                   {"status", status},
                                   {"at", milliseconds_now()}};
    unwritten_.append(boost::json::serialize(line)).push_back('\n');
}

// Whole lines at once: those of other threads do not get in between.
void ledger::write()
{
    while (!unwritten_.empty()) {
        const auto size = ::write(file_, unwritten_.data(), unwritten_.size());
        if (size < 0 && errno != EINTR) fail("cannot write");
        if (size > 0) unwritten_.erase(0, static_cast<std::size_t>(size));
    }
}

} // namespace watchword::load
