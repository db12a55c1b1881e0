// F3 for backups: a disk that is too small for the file.
#include "e2e/command_fixture.hpp"
#include "faults_fixture.hpp"

#include <sys/mount.h>
#include <unistd.h>

namespace {

using namespace watchword::test;

// A file system of one MiB.
class small_disk {
public:
    explicit small_disk(std::string at) : path_(std::move(at))
    {
        std::filesystem::create_directory(path_);
        if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0)
            throw std::runtime_error("cannot mount a tmpfs");
    }
    ~small_disk() { ::umount2(path_.c_str(), MNT_DETACH); }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    std::string names() const
    {
        std::string all;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) all += entry.path().filename().string();
        return all;
    }

private:
    const std::string path_;
};

std::string why_no_mount()
{
    if (::geteuid() != 0) return "only root may mount a small disk";
    try {
        const temporary_directory directory;
        const small_disk tried(directory / "disk");
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(backup_full_disk)

BOOST_AUTO_TEST_CASE(a_backup_that_has_no_space_says_so_and_leaves_none_taken,
                     *boost::unit_test::precondition([](auto) { return unless(why_no_mount()); }))
{
    const command_fixture d(10000);
    const small_disk disk(d.directory / "disk");
    const auto done = d.run("backup", {"--quiet", disk / "copy.db"});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(done.errors == "watchword: no backup was made: cannot write " + (disk / "copy.db.unfinished") +
                                  ": there is no space left\n");
    BOOST_TEST(disk.names() == "");
    BOOST_TEST(d.run("check", {}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(a_restore_that_has_no_space_leaves_the_database_as_it_was,
                     *boost::unit_test::precondition([](auto) { return unless(why_no_mount()); }))
{
    command_fixture d(10000);
    BOOST_TEST(d.run("backup", {d.copy}).exit_code == 0);
    const small_disk disk(d.directory / "disk");
    d.file = disk / "watchword.db";
    BOOST_TEST(d.run("restore", {"--quiet", d.copy}).exit_code == 1);
    BOOST_TEST(disk.names() == "");
    query_sqlite(d.file, "CREATE TABLE user (id INTEGER PRIMARY KEY)");
    const auto done = d.run("restore", {"--quiet", "--force", d.copy});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.errors, "there is no space left"), done.errors);
    BOOST_TEST(disk.names() == "watchword.db");
    BOOST_TEST(query_sqlite(d.file, "SELECT count(*) FROM user") == "0\n");
}

BOOST_AUTO_TEST_SUITE_END()
