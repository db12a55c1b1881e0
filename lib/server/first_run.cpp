#include "server/first_run.hpp"

#include "core/descriptor.hpp"
#include "core/log.hpp"
#include "core/run_to_end.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace watchword::server {
namespace {

core::secret_string read_first_line(const std::string& path)
{
    const core::descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    core::secret_bytes<accounts::password_limit + 2> buffer;
    const ssize_t size = file.get() < 0 ? -1 : ::read(file.get(), buffer.data, sizeof buffer.data);
    if (size < 0) throw std::runtime_error("cannot read " + path + ": " + std::generic_category().message(errno));
    auto line = buffer.view().substr(0, static_cast<std::size_t>(size));
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return core::secret_string(line);
}

// "http://127.0.0.1:5000" of an address to listen on; one that listens everywhere is reached by this host's name.
std::string origin_of(std::string address)
{
    if (address.find("://") == address.npos) address = "http://" + address;
    for (const std::string_view everywhere : {"//0.0.0.0:", "//[::]:"})
        if (const auto at = address.find(everywhere); at != address.npos)
            address.replace(at, everywhere.size(), "//localhost:");
    return address;
}

bool is_link(const std::string& address)
{
    return !address.starts_with("unix:");
}

std::string set_up_link(const std::string& address, const core::secret_string& token)
{
    return origin_of(address).append("/console/setup?token=").append(token.view());
}

} // namespace

bool make_first_admin(const settings::settings& s, accounts::administration& all)
{
    const auto needed = core::run_to_end(all.find_first_admin_needed());
    if (!needed) throw std::runtime_error("cannot tell whether there is an administrator: " + needed.error().message());
    if (s.admin.email.empty() != s.admin.password_file.empty())
        throw std::runtime_error("admin.email and admin.password_file belong together: one of them is not set");
    if (!*needed || s.admin.email.empty()) return *needed;
    accounts::new_person wanted;
    wanted.email = s.admin.email;
    wanted.password = read_first_line(s.admin.password_file);
    if (const auto wrong = accounts::find_problem(wanted))
        throw std::runtime_error("the administrator cannot be made: " + std::string(wrong->text));
    accounts::actor by;
    by.id = "settings";
    const auto made = core::run_to_end(all.create_first_admin(std::move(by), std::move(wanted)));
    if (!made && made.error() == accounts::administration_problem::is_set_up) return false; // another node was first
    if (!made) throw std::runtime_error("the administrator cannot be made: " + made.error().message());
    core::log::info("the first administrator was made", {{"user", made->public_id}});
    return false;
}

namespace {

// One line for each link: whoever parses the log finds it in a field, whoever reads it can open it.
void log_set_up(const std::vector<std::string>& listen, const core::secret_string& token)
{
    for (const auto& each : listen) {
        if (!is_link(each)) continue;
        core::log::warning("there is no administrator yet: open this link to make the first one; it is good until the "
                           "server stops",
                           {{"link", set_up_link(each, token)}});
    }
    if (std::none_of(listen.begin(), listen.end(), is_link))
        core::log::warning("there is no administrator yet: make the first one by POST /v1/setup with this token",
                           {{"setup_token", token.view()}});
}

} // namespace

void tell_set_up(const settings::log_group& log, const std::vector<std::string>& listen,
                 const core::secret_string& token)
{
    const bool shares_output = log.output == settings::log_group::stream::standard_output;
    if (shares_output && core::log::enabled(core::log::level::warning)) return log_set_up(listen, token);
    std::cout << "\nThere is no administrator yet. Make the first one in a browser:\n\n";
    for (const auto& each : listen)
        if (is_link(each)) std::cout << "    " << set_up_link(each, token) << "\n";
    std::cout << "\nor by POST /v1/setup with the token " << token.view() << "\n"
              << "This is good until the server stops, or an administrator is there.\n\n"
              << std::flush;
}

} // namespace watchword::server
