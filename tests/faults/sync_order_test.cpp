// F2: nobody is told 201 before the disk has been told to keep the sign-up, and has said that it does.
#include "faults_fixture.hpp"
#include "support/ledger_load.hpp"
#include "support/paths.hpp"
#include "system_call_log.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>

namespace {

using namespace watchword::test;

const std::string user_name = "order";

boost::test_tools::assertion_result can_trace(boost::unit_test::test_unit_id)
{
    if (is_sanitized) return unless("the order of system calls is the same in every build, and tracing needs another");
    try {
        const auto done = run_program({"strace", "-f", "-D", "true"});
        return unless(done.exit_code == 0 ? "" : "strace: " + done.errors);
    } catch (const std::runtime_error& e) {
        return unless(e.what());
    }
}

// Every order<number> in some bytes.
std::vector<std::string> users_in(const std::string& bytes)
{
    std::vector<std::string> all;
    for (auto at = bytes.find(user_name); at != bytes.npos; at = bytes.find(user_name, at + 1)) {
        const auto is_part = [](unsigned char c) { return std::isalnum(c) != 0; };
        const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        all.emplace_back(begin, std::find_if_not(begin, bytes.end(), is_part));
    }
    return all;
}

// Follows each user from the request through the write-ahead log to the answer.
class durability_checker final : public system_call_watcher {
public:
    explicit durability_checker(const std::string& database)
        : log_(database + "-wal"), directory_(std::filesystem::path(database).parent_path())
    {}

    void begins(const system_call& call) override
    {
        if (call.name == "fdatasync" || call.name == "fsync") {
            // Of a transaction whose last frame is not written yet, a sync keeps nothing.
            if (call.file() == log_ && frame_ == frame::whole_commit) syncing_ = written_;
        } else if (is_send(call) && call.arguments.find("\"HTTP/1.1 201") != std::string::npos) {
            answer(asking_[std::string(call.file())]);
        }
    }

    void ends(const system_call& call) override
    {
        if (call.result < 0) return;
        if (call.name == "pwrite64" && call.file() == log_) {
            wrote(call.bytes());
        } else if (call.name == "fdatasync" || call.name == "fsync") {
            if (call.file() == log_) {
                ++syncs_;
                durable_.merge(syncing_);
                syncing_.clear();
            }
            if (call.file() == directory_ && log_exists_) directory_is_synced_ = true;
        } else if (call.name == "openat" && call.arguments.find("-wal\"") != std::string::npos) {
            log_exists_ = true;
        } else if (call.file().starts_with("socket:")) {
            const auto seen = users_in(call.arguments);
            if (!is_send(call) && !seen.empty()) asking_[std::string(call.file())] = seen.back();
        }
    }

    std::size_t answers = 0, in_order = 0, before_directory = 0;
    std::size_t commits() const noexcept { return commits_; }
    std::size_t syncs() const noexcept { return syncs_; }

private:
    // Where the last write has got to. A frame's header tells in its second word whether it ends a transaction.
    enum class frame { other, header, commit_header, whole_commit };

    static bool is_send(const system_call& call)
    {
        return call.name == "sendmsg" || call.name == "sendto" || call.name == "write" || call.name == "writev";
    }

    void wrote(const std::string& bytes)
    {
        if (bytes.size() == 24) {
            frame_ = bytes.substr(4, 4) == std::string(4, '\0') ? frame::header : frame::commit_header;
            return;
        }
        for (auto& user : users_in(bytes)) written_.insert(std::move(user));
        if (frame_ == frame::commit_header) ++commits_;
        frame_ = frame_ == frame::commit_header ? frame::whole_commit : frame::other;
    }

    void answer(const std::string& user)
    {
        ++answers;
        if (durable_.contains(user)) ++in_order;
        if (!directory_is_synced_) ++before_directory;
    }

    const std::string log_, directory_;
    frame frame_ = frame::other;
    std::map<std::string, std::string> asking_; // by socket
    std::set<std::string> written_, syncing_, durable_;
    std::size_t commits_ = 0, syncs_ = 0;
    bool log_exists_ = false, directory_is_synced_ = false;
};

struct traced {
    durability_checker seen;
    std::uint64_t acknowledged = 0;
};

traced sign_up_traced(std::size_t count, const environment& more = {})
{
    const temporary_directory directory, logs;
    const auto log = logs / "log";
    const std::vector<std::string> wrapper{
        "strace",
        "-D",
        "-f",
        "-y",
        "-s",
        "5000",
        "-o",
        log,
        "-e",
        "trace=openat,pwrite64,fdatasync,fsync,read,readv,recvfrom,recvmsg,write,writev,"
        "sendto,sendmsg"};
    server_process server(directory.path(), cheap_passwords(), more, wrapper);
    load_settings wanted;
    wanted.prefix = user_name;
    wanted.connections = 8;
    wanted.refuse_every = 0;
    ledger_load load(server.address(), logs / "ledger", wanted);
    BOOST_REQUIRE(comes_true([&] { return load.counts().acknowledged >= count; }, std::chrono::seconds(120)));
    load.stop();
    const auto told = load.counts();
    BOOST_TEST(told.unavailable + told.unanswered + told.strange == 0u, told.example);
    BOOST_TEST(server.stop() == 0);

    // strace may be a moment behind.
    const auto is_complete = [&] {
        const auto done = run_program({"tail", "-n", "1", log});
        return contains(done.output, "+++ exited with");
    };
    BOOST_REQUIRE(comes_true(is_complete));
    traced all{durability_checker(directory / "watchword.db"), told.acknowledged};
    std::ifstream in(log);
    read_system_calls(in, all.seen);
    return all;
}

std::string describe(const traced& t)
{
    return std::to_string(t.seen.answers) + " answers 201, " + std::to_string(t.seen.in_order) +
           " of them after the sync that followed their commit (" + std::to_string(t.seen.commits()) + " commits, " +
           std::to_string(t.seen.syncs()) + " syncs of the log)";
}

} // namespace

BOOST_AUTO_TEST_SUITE(f2_order, *boost::unit_test::precondition(can_trace))

BOOST_AUTO_TEST_CASE(every_201_follows_the_sync_that_follows_its_commit)
{
    const auto t = sign_up_traced(how_many(300, 5000));
    report("F2 " + describe(t));
    BOOST_TEST(t.seen.answers == t.acknowledged);
    BOOST_TEST(t.seen.in_order == t.seen.answers);
    BOOST_TEST(t.seen.before_directory == 0u);     // whose sync keeps the names of the database and of its log
    BOOST_TEST(t.seen.commits() < t.seen.answers); // they came in groups
}

BOOST_AUTO_TEST_CASE(without_a_sync_for_each_commit_that_is_noticed)
{
    const auto t = sign_up_traced(how_many(100, 1000), {{"LD_PRELOAD", built_file("tests/libsynchronous_normal.so")}});
    report("F2 control, synchronous=NORMAL: " + describe(t));
    BOOST_TEST(t.seen.answers == t.acknowledged);
    BOOST_TEST(t.seen.in_order < t.seen.answers);
}

BOOST_AUTO_TEST_SUITE_END()
