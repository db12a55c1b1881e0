#include "settings_sources.hpp"

#include "core/descriptor.hpp"
#include "core/secret.hpp"
#include "settings/table.hpp"

#include <cerrno>
#include <fcntl.h>
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

core::result<std::string> read_file(const std::string& path)
{
    const core::descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return last_error();
    std::string all(largest_file + 1, '\0');
    std::size_t used = 0;
    while (used < all.size()) {
        const ssize_t size = ::read(file.get(), all.data() + used, all.size() - used);
        if (size < 0) return last_error();
        if (size == 0) break;
        used += static_cast<std::size_t>(size);
    }
    if (used > largest_file) return core::errc::too_large;
    all.resize(used);
    return all;
}

// Its value becomes empty, in the bytes that /proc shows.
void forget_variable(std::string_view name)
{
    for (char** variable = environ; variable && *variable; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with(name) || !text.substr(name.size()).starts_with('=')) continue;
        const auto value = name.size() + 1;
        core::wipe(*variable + value, text.size() - value);
    }
}

} // namespace

settings::loaded load_settings(arguments flags)
{
    auto loaded = settings::load({std::move(flags), read_environment(), read_file});
    for (const auto& d : settings::table()) {
        if (!d.hidden) continue;
        forget_variable(settings::environment_name(d));
        forget_variable(d.short_environment);
    }
    return loaded;
}

} // namespace watchword::app
