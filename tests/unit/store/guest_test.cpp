// Commands beside the server that owns a SQLite file: who may write when, and what the server has noted.
#include "other_program.hpp"
#include "store/file_lock.hpp"
#include "store/guest_lock.hpp"
#include "store/schema.hpp"
#include "store/session.hpp"
#include "store/sqlite.hpp"
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <functional>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Two processes that wait for each other's word.
struct line_between {
    std::array<int, 2> ends{};
    line_between()
    {
        if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    }
    ~line_between()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    line_between(const line_between&) = delete;
    void say() const
    {
        if (::write(ends[1], "x", 1) != 1) throw std::runtime_error("write");
    }
    void await() const
    {
        char byte = 0;
        if (::read(ends[0], &byte, 1) != 1) throw std::runtime_error("read");
    }
};

// A child that was made before this process had anything open, and begins when it is told to. Its exit code says
// whether everything was as its work wants it.
class other_process {
public:
    explicit other_process(const std::function<bool(other_process&)>& work) : id_(::fork())
    {
        if (id_ != 0) return;
        bool right = false;
        try {
            begin_.await();
            right = work(*this);
        } catch (const std::exception& e) {
            const std::string text = std::string("in the other process: ") + e.what() + "\n";
            static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
        }
        ::_exit(right ? 0 : 1);
    }
    ~other_process()
    {
        if (!ended_) ::kill(id_, SIGKILL), ::waitpid(id_, nullptr, 0);
    }
    other_process(const other_process&) = delete;

    // In this process.
    void begin() const { begin_.say(); }
    void await_word() const { done_.await(); }
    void go_on() const { begin_.say(); }
    bool has_ended()
    {
        if (!ended_) ended_ = ::waitpid(id_, &status_, WNOHANG) == id_;
        return ended_;
    }
    bool was_right()
    {
        if (!ended_) ended_ = ::waitpid(id_, &status_, 0) == id_;
        return ended_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
    }
    // In the other.
    void say() const { done_.say(); }
    void await_leave() const { begin_.await(); }

private:
    const line_between begin_, done_;
    const ::pid_t id_;
    int status_ = 0;
    bool ended_ = false;
};

struct shared_file {
    temporary_directory directory;
    std::filesystem::path file = directory.path / "test.db";
    database_settings beside{"sqlite:" + file.string()};

    shared_file() { beside.beside_owner = true; }
};

void add(session& s, const std::string& text)
{
    s.begin();
    s.execute("INSERT INTO note (text) VALUES ('" + text + "')");
    s.commit();
}

// A look such as the server's writer takes.
bool look(session& s)
{
    const bool changed = s.others_changed();
    s.end_look();
    return changed;
}

bool is_refused(const std::filesystem::path& file, milliseconds patience)
{
    try {
        guest_lock::join(file, patience);
    } catch (const std::runtime_error& e) {
        return std::string(e.what()).find("in use by another running Watchword") != std::string::npos;
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(guest_test)

BOOST_AUTO_TEST_CASE(nobody_is_a_guest_of_nobody)
{
    const shared_file f;
    BOOST_TEST(!guest_lock::join(f.file, milliseconds(10)));
    const auto owner = open_sqlite_beside_owner(f.file, seconds(5));
    BOOST_TEST(!owner->is_guest());
    BOOST_TEST(owner->is_noted(milliseconds(0)));
    BOOST_CHECK_THROW(guest_lock::join(f.file, milliseconds(10)), std::runtime_error); // of its own process
}

BOOST_AUTO_TEST_CASE(guests_are_kept_out_until_they_are_admitted)
{
    const shared_file f;
    other_process early([&](auto&) { return is_refused(f.file, milliseconds(50)); });
    other_process late([&](auto&) {
        const auto opened = open_sqlite_beside_owner(f.file, seconds(20));
        const auto writer = opened->connect(access::write);
        add(*writer, "from a guest");
        return opened->is_guest() && !writer->checkpoint();
    });
    const auto owner = open_sqlite(f.file, seconds(20));
    const auto writer = owner->connect(access::write);
    writer->execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)");
    look(*writer);
    early.begin();
    BOOST_TEST(early.was_right());
    owner->admit_guests();
    BOOST_TEST(!look(*writer));
    late.begin();
    BOOST_TEST(late.was_right());
    BOOST_TEST(look(*writer));
    add(*writer, "from the owner");
    BOOST_TEST(other_program(f.file).query("SELECT text FROM note ORDER BY id") == "from a guest\nfrom the owner\n");
}

BOOST_AUTO_TEST_CASE(a_guest_waits_for_a_look_that_began_after_it_asked)
{
    const shared_file f;
    other_process guest([&](other_process& me) {
        const auto opened = open_sqlite_beside_owner(f.file, seconds(20));
        const auto writer = opened->connect(access::write);
        add(*writer, "news");
        const bool too_early = opened->is_noted(milliseconds(50)); // nobody looks
        me.say();
        const bool noted = opened->is_noted(seconds(60));
        me.say();
        return !too_early && noted;
    });
    const auto owner = open_sqlite(f.file, seconds(20));
    const auto writer = owner->connect(access::write);
    writer->execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)");
    owner->admit_guests();
    look(*writer);
    writer->others_changed(); // a look that is under way when the guest commits
    guest.begin();
    guest.await_word();
    writer->end_look(); // says nothing of it
    std::this_thread::sleep_for(milliseconds(50));
    BOOST_TEST(!guest.has_ended());
    BOOST_TEST(look(*writer));
    guest.await_word();
    BOOST_TEST(guest.was_right());
}

// What the WAL-reset bug would lose: the log begins anew all the time, while three processes write.
BOOST_AUTO_TEST_CASE(no_commit_is_lost_while_guests_write_and_the_owner_checkpoints)
{
    constexpr int each = 200;
    const shared_file f;
    const auto write = [&](auto&) {
        const auto opened = open_sqlite_beside_owner(f.file, seconds(60));
        const auto writer = opened->connect(access::write);
        for (int i = 0; i < each; ++i) add(*writer, "guest");
        return opened->is_guest();
    };
    other_process one(write), other(write);
    const auto owner = open_sqlite(f.file, seconds(60), checkpoint_settings{4, 40});
    const auto writer = owner->connect(access::write);
    writer->execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)");
    owner->admit_guests();
    one.begin();
    other.begin();
    int committed = 0, checkpoints = 0;
    while (!one.has_ended() || !other.has_ended() || committed < each) {
        add(*writer, "owner");
        ++committed;
        look(*writer);
        checkpoints += writer->checkpoint() ? 1 : 0;
    }
    BOOST_TEST(one.was_right());
    BOOST_TEST(other.was_right());
    BOOST_TEST(checkpoints > 10); // guests cannot keep it from them
    BOOST_TEST(other_program(f.file).query("SELECT count(*) FROM note") == std::to_string(committed + 2 * each) + "\n");
    BOOST_TEST(other_program(f.file).query("PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(an_owner_that_writes_nothing_checkpoints_what_guests_have_written)
{
    const shared_file f;
    other_process guest([&](auto&) {
        const auto opened = open_sqlite_beside_owner(f.file, seconds(20));
        const auto writer = opened->connect(access::write);
        for (int i = 0; i < 20; ++i) add(*writer, std::string(3000, 'x'));
        return true;
    });
    const auto owner = open_sqlite(f.file, seconds(20), checkpoint_settings{4, 40});
    const auto writer = owner->connect(access::write);
    writer->execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)");
    writer->checkpoint();
    owner->admit_guests();
    look(*writer);
    const auto before = std::filesystem::file_size(f.file);
    guest.begin();
    BOOST_TEST(guest.was_right());
    BOOST_TEST(look(*writer));
    BOOST_TEST(writer->checkpoint());
    BOOST_TEST(std::filesystem::file_size(f.file) > before + 20 * 3000);
    BOOST_TEST(!look(*writer));
    BOOST_TEST(!writer->checkpoint());
}

BOOST_AUTO_TEST_CASE(while_a_guest_writes_there_is_no_checkpoint)
{
    const shared_file f;
    other_process guest([&](other_process& me) {
        const auto opened = open_sqlite_beside_owner(f.file, seconds(20));
        const auto writer = opened->connect(access::write);
        writer->begin();
        me.say();
        me.await_leave();
        writer->rollback();
        me.say();
        me.await_leave();
        add(*writer, "after the checkpoint");
        return true;
    });
    const auto owner = open_sqlite(f.file, seconds(20), checkpoint_settings{1, 40});
    const auto writer = owner->connect(access::write);
    writer->execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)");
    add(*writer, "one");
    owner->admit_guests();
    guest.begin();
    guest.await_word();
    BOOST_TEST(!writer->checkpoint());
    guest.go_on();
    guest.await_word();
    BOOST_TEST(writer->checkpoint());
    guest.go_on();
    BOOST_TEST(guest.was_right());
}

BOOST_AUTO_TEST_CASE(the_next_owner_waits_until_guests_have_gone)
{
    const shared_file f;
    other_process guest([&](other_process& me) {
        const auto opened = open_sqlite_beside_owner(f.file, seconds(20));
        me.say();
        me.await_leave();
        return opened->is_guest() && opened->is_noted(milliseconds(0)); // there is no owner any more
    });
    {
        const auto owner = open_sqlite(f.file, seconds(20));
        owner->admit_guests();
        guest.begin();
        guest.await_word();
    }
    BOOST_CHECK_EXCEPTION(file_lock{f.file}, std::runtime_error, [](const std::exception& e) {
        return std::string(e.what()).find("still being changed by a command") != std::string::npos;
    });
    guest.go_on();
    BOOST_TEST(guest.was_right());
    BOOST_CHECK_NO_THROW(file_lock{f.file});
}

BOOST_AUTO_TEST_CASE(a_guest_changes_no_schema_and_says_whose_is_older)
{
    const shared_file f;
    update_schema(f.beside);
    other_process guest([&](auto&) {
        try {
            const database beside(f.beside);
        } catch (const std::runtime_error& e) {
            return std::string(e.what()).find("schema is of an older version") != std::string::npos;
        }
        return false;
    });
    const auto owner = open_sqlite(f.file, seconds(20));
    const auto writer = owner->connect(access::write);
    const std::string count = "SELECT count(*) FROM watchword_migration";
    writer->execute("DELETE FROM watchword_migration WHERE version = (SELECT max(version) FROM watchword_migration)");
    const auto before = other_program(f.file).query(count);
    owner->admit_guests();
    guest.begin();
    BOOST_TEST(guest.was_right());
    BOOST_TEST(other_program(f.file).query(count) == before);
}

BOOST_AUTO_TEST_CASE(a_database_admits_guests_and_notes_what_they_do)
{
    const shared_file f;
    other_process guest([&](auto&) {
        io_loop loop;
        database beside(f.beside);
        const auto added = loop.run(beside.write([](session& s) { return add_user(s, numbered_user(1)); }));
        return added.has_value() && beside.is_noted(seconds(60));
    });
    const open_database running({"sqlite:" + f.file.string()});
    const auto before = running.db.changes().foreign.load();
    guest.begin();
    BOOST_TEST(guest.was_right());
    BOOST_TEST(running.db.changes().foreign.load() > before); // the guest ends after that
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
