#include "support/server_process.hpp"

#include "support/paths.hpp"
#include "support/process_memory.hpp"
#include "support/test_form.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace watchword::test {
namespace {

std::vector<std::string> command(const std::filesystem::path& directory, const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& wrapper)
{
    auto all = wrapper;
    all.insert(all.end(), {watchword_binary(), "serve", "--listen", "127.0.0.1:0"});
    bool has_database = false, has_limits = false;
    for (const auto& argument : arguments) {
        has_database = has_database || argument.starts_with("--database");
        has_limits = has_limits || argument.starts_with("limits.");
    }
    if (!has_limits) all.emplace_back("--no-limits");
    if (!has_database) all.insert(all.end(), {"--database", "sqlite:" + (directory / "watchword.db").string()});
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

// By the environment, so that arguments count more.
environment with_ours(environment more)
{
    // Who may not look into it otherwise.
    if (!may_read_all_memory()) more.try_emplace("WATCHWORD_SERVER_CORE_DUMPS", "true");
    // A library that the sanitizer does not see: ours takes a second for a hash then.
    if (is_sanitized) more.try_emplace("WATCHWORD_PASSWORDS_ENGINE", "libsodium");
    return more;
}

std::vector<std::string> split(std::string_view list)
{
    std::vector<std::string> all;
    for (std::size_t begin = 0; begin <= list.size();) {
        const auto end = std::min(list.find(',', begin), list.size());
        all.emplace_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return all;
}

} // namespace

std::string listen_in(const std::string& log_line)
{
    return std::string(boost::json::parse(log_line).at("listen").as_string());
}

std::string watchword_binary()
{
    const char* const set = std::getenv("WATCHWORD_BINARY");
    return set ? set : built_file("watchword");
}

server_process::server_process(const std::filesystem::path& directory, const std::vector<std::string>& arguments,
                               const environment& more, const std::vector<std::string>& wrapper)
    : child_(command(directory, arguments, wrapper), with_ours(more))
{
    const auto line = child_.await_error_line("\"message\":\"ready\"");
    if (!line) throw std::runtime_error("the server did not become ready; it wrote: " + log());
    addresses_ = split(listen_in(*line));
}

server_process::~server_process()
{
    try {
        if (!stopped_) stop();
    } catch (const std::exception&) { // it was killed; a test that cares calls stop() itself
    }
}

int server_process::stop()
{
    stopped_ = true;
    child_.signal(SIGTERM);
    return child_.wait(at_most(std::chrono::seconds(30)));
}

void server_process::kill()
{
    stopped_ = true;
    child_.signal(SIGKILL);
    child_.wait();
}

} // namespace watchword::test
