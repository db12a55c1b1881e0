#include "settings_sources.hpp"

#include "core/descriptor.hpp"
#include "core/secret.hpp"
#include "settings/table.hpp"

#include <cerrno>
#include <fcntl.h>
#include <span>
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

// The bytes of its value, which /proc shows; none if it is not set.
std::span<char> value_of(std::string_view name)
{
    for (char** variable = environ; variable && *variable; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with(name) || !text.substr(name.size()).starts_with('=')) continue;
        const auto value = name.size() + 1;
        return {*variable + value, text.size() - value};
    }
    return {};
}

settings::loaded load(arguments flags, kept_environment* kept)
{
    const auto hidden = kept ? kept->read() : core::secret_string();
    auto environment = read_environment();
    for (const auto& [name, value] : kept_environment::parse(hidden)) environment[name] = value;
    auto loaded = settings::load({std::move(flags), environment, read_file});
    for (const auto& d : settings::table()) {
        if (!d.hidden) continue;
        for (const auto& name : {settings::environment_name(d), std::string(d.short_environment)}) {
            const auto value = value_of(name);
            if (value.empty()) continue;
            if (kept) kept->keep(name, {value.data(), value.size()});
            core::wipe(value.data(), value.size());
        }
    }
    return loaded;
}

} // namespace

settings::loaded load_settings(arguments flags)
{
    return load(std::move(flags), nullptr);
}

settings::loaded load_settings(arguments flags, kept_environment& kept)
{
    return load(std::move(flags), &kept);
}

} // namespace watchword::app
