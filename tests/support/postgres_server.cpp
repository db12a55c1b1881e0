#include "support/postgres_server.hpp"

#include "support/test_form.hpp"

#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace watchword::test {
namespace {

using std::filesystem::path;
using words = std::vector<std::string>;

path find_programs()
{
    path newest;
    std::error_code ignored;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
        const auto programs = version.path() / "bin";
        if (std::filesystem::exists(programs / "initdb") && programs > newest) newest = programs;
    }
    if (newest.empty()) throw std::runtime_error("these tests need PostgreSQL: apt-get install postgresql");
    return newest;
}

const ::passwd* unprivileged_user()
{
    if (::geteuid() != 0) return nullptr;
    static const auto* const user = ::getpwnam("postgres"); // not thread-safe by itself
    if (user == nullptr) throw std::runtime_error("these tests need the user postgres: apt-get install postgresql");
    return user;
}

// Starts a program with its output in `log`, as the user postgres where we are root.
::pid_t spawn(const words& command, const path& log)
{
    const auto* user = unprivileged_user();
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const ::pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child > 0) return child;

    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(::open("/dev/null", O_RDONLY), 0);
    ::dup2(output, 1);
    ::dup2(output, 2);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // a test that crashes leaves no server behind
    if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
        ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // changing the user has cleared it
    if (::chdir("/") == 0) ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

std::string read_all(const path& file)
{
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

// Not counting one that has ended and was not waited for.
bool exists(::pid_t process)
{
    const auto stat = read_all("/proc/" + std::to_string(process) + "/stat");
    return !stat.empty() && stat.find(") Z ") == std::string::npos;
}

std::string run(const words& command, const path& log)
{
    std::filesystem::remove(log);
    const ::pid_t child = spawn(command, log);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0)
        throw std::runtime_error(command[0] + " failed: " + read_all(log));
    return read_all(log);
}

} // namespace

postgres_server::postgres_server(postgres_options options) : options_(std::move(options))
{
    make_directory();
    words command{program("initdb"), "--pgdata",        options_.data,     "--username=postgres",
                  "--auth=trust",    "--encoding=UTF8", "--locale=C.UTF-8"};
    command.insert(command.end(), options_.initdb.begin(), options_.initdb.end());
    run(command, directory_ / "initdb.log");
    start();
}

postgres_server::postgres_server(const postgres_server& primary, const std::string& name, postgres_options options)
    : options_(std::move(options))
{
    make_directory();
    run({program("pg_basebackup"), "--pgdata", options_.data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
         "--dbname", "host=" + primary.directory_.string() + " user=postgres application_name=" + name},
        directory_ / "basebackup.log");
    start();
}

postgres_server::~postgres_server()
{
    try {
        kill();
        std::filesystem::remove_all(directory_);
    } catch (const std::exception&) { // a directory left in /tmp is no reason to fail
    }
}

std::string postgres_server::url(const std::string& database) const
{
    return "postgresql://postgres@/" + database + "?host=" + directory_.string();
}

std::string postgres_server::create_database()
{
    static std::atomic<int> count{0}; // of all servers: one may hold the databases of another
    const std::string name = "test" + std::to_string(++count);
    query(url(), "CREATE DATABASE " + name);
    return url(name);
}

void postgres_server::drop_database(const std::string& dropped)
{
    const auto begin = dropped.find("@/") + 2;
    const auto name = dropped.substr(begin, dropped.find('?') - begin);
    query(url(), "DROP DATABASE " + name + " WITH (FORCE)");
}

std::string postgres_server::query(const std::string& url, const std::string& statement) const
{
    return run({find_programs() / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command",
                statement, url},
               directory_ / "query.log");
}

std::string postgres_server::socket() const
{
    return directory_ / ".s.PGSQL.5432";
}

std::string postgres_server::program(const std::string& name)
{
    return find_programs() / name;
}

void postgres_server::make_directory()
{
    std::string name = (std::filesystem::temp_directory_path() / "watchword-postgres-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
    directory_ = name;
    if (options_.data.empty()) options_.data = directory_ / "data";
    if (const auto* user = unprivileged_user())
        if (::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("cannot chown " + name);
}

void postgres_server::start(const std::vector<std::string>& more)
{
    const auto log = directory_ / "server.log";
    words command{program("postgres"), "-D", options_.data, "-k", directory_, "-c", "listen_addresses="};
    auto settings = options_.settings;
    settings.insert(settings.end(), more.begin(), more.end());
    for (const auto& setting : settings) command.insert(command.end(), {"-c", setting});
    process_ = spawn(command, log);
    // The first line of its pid file says whose it is, the last one when it is ready.
    const auto is_ready = [&] {
        const auto text = read_all(options_.data / "postmaster.pid");
        return text.starts_with(std::to_string(process_) + "\n") && text.find("\nready") != std::string::npos;
    };
    const auto give_up = std::chrono::steady_clock::now() + at_most(std::chrono::seconds(60));
    while (!is_ready()) {
        const bool ended = ::waitpid(process_, nullptr, WNOHANG) == process_;
        if (ended) process_ = -1;
        if (ended || std::chrono::steady_clock::now() > give_up) {
            kill();
            throw std::runtime_error("PostgreSQL does not start: " + read_all(log));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void postgres_server::stop()
{
    await(SIGINT);
}

void postgres_server::kill()
{
    await(SIGQUIT);
}

void postgres_server::kill_postmaster()
{
    if (process_ <= 0) return;
    auto all = processes();
    await(SIGKILL);
    all.erase(all.begin());
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (const auto each : all)
        while (exists(each)) {
            if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("PostgreSQL's children stay");
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
}

void postgres_server::suspend()
{
    // The postmaster first, so that it makes no new ones.
    ::kill(process_, SIGSTOP);
    for (const auto each : processes()) ::kill(each, SIGSTOP);
}

void postgres_server::resume()
{
    for (const auto each : processes()) ::kill(each, SIGCONT);
}

bool postgres_server::is_running()
{
    if (process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
    return process_ > 0;
}

std::vector<::pid_t> postgres_server::processes() const
{
    std::vector<::pid_t> all{process_};
    const auto id = std::to_string(process_);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (::pid_t child = 0; children >> child;) all.push_back(child);
    return all;
}

void postgres_server::await(int signal)
{
    if (process_ <= 0) return;
    ::kill(process_, signal);
    resume(); // a suspended one would not hear it
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

} // namespace watchword::test
