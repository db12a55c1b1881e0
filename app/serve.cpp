#include "commands.hpp"
#include "core/log.hpp"
#include "server/server.hpp"
#include "settings/help.hpp"
#include "settings/load.hpp"

#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace watchword::app {
namespace {

constexpr std::size_t largest_file = 1 << 20;

std::map<std::string_view, std::string_view> read_environment()
{
    std::map<std::string_view, std::string_view> all;
    for (char** variable = environ; variable && *variable; ++variable) {
        const std::string_view text = *variable;
        const auto equals = text.find('=');
        if (equals != text.npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return all;
}

core::error_code last_error()
{
    return {errno, boost::system::system_category()};
}

core::result<std::string> read_all(int file)
{
    std::string all(largest_file + 1, '\0');
    std::size_t used = 0;
    while (used < all.size()) {
        const ssize_t size = ::read(file, all.data() + used, all.size() - used);
        if (size < 0) return last_error();
        if (size == 0) break;
        used += static_cast<std::size_t>(size);
    }
    if (used > largest_file) return core::errc::too_large;
    all.resize(used);
    return all;
}

core::result<std::string> read_file(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return last_error();
    auto content = read_all(file);
    ::close(file);
    return content;
}

} // namespace

int serve(const arguments& given)
{
    if (wants_help(given)) {
        std::cout
            << "Usage: watchword serve [FLAG]...\n\nServes until SIGTERM or SIGINT; a second one does not wait for "
               "requests in flight.\n\n"
            << settings::help_text();
        return success;
    }
    const auto loaded = settings::load({given, read_environment(), read_file});
    for (const auto& p : loaded.problems) std::cerr << "watchword: " << settings::to_string(p) << "\n";
    if (!loaded.problems.empty()) {
        std::cerr << "watchword: nothing was started; see watchword serve --help\n";
        return misused;
    }
    core::log::open(loaded.values.log.level, loaded.values.log.format);
    const int code = server::run(loaded.values);
    core::log::close();
    return code;
}

} // namespace watchword::app
