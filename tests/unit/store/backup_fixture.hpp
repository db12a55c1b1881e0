#pragma once

#include "other_program.hpp"
#include "store/backup.hpp"
#include "store_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <functional>
#include <set>

// What the tests of backups, restores and checks share.
namespace watchword::store {

using std::filesystem::path;

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}

inline void write_file(const path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary) << text;
}

// What a std::runtime_error says that `work` throws, or nothing.
inline std::string refusal_of(const std::function<void()>& work)
{
    try {
        work();
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

// Does something once at the first sign of a part of the work.
class acting_watcher : public watcher {
public:
    acting_watcher(std::string part, std::function<void(watcher&)> act) : part_(std::move(part)), act_(std::move(act))
    {}
    void begin(std::string_view part, unit, std::uint64_t total) override
    {
        if (part != part_) return;
        total_ = total;
        act_(*this);
    }
    void advance(std::uint64_t done) override
    {
        BOOST_TEST(done >= last_);
        last_ = done;
        ++steps_;
    }
    std::uint64_t total() const { return total_; }
    std::uint64_t last() const { return last_; }
    int steps() const { return steps_; }

private:
    std::string part_;
    std::function<void(watcher&)> act_;
    std::uint64_t total_ = 0, last_ = 0;
    int steps_ = 0;
};

// A directory with a database of Watchword, which no process has open.
struct closed_database {
    temporary_directory directory;
    path file = directory.path / "live.db";
    path copy = directory.path / "copy.db";
    watcher nobody;

    explicit closed_database(int users = 3)
    {
        open_database d({"sqlite:" + file.string()});
        add(users);
    }

    // As another program would, in write-ahead mode. Their ids go on where the others' end.
    void add(int users) { other_program(file).query(adding(users)); }
    static std::string adding(int users)
    {
        return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(users) +
               ") INSERT INTO user (public_id, name, email, password) SELECT (SELECT count(*) FROM user) || '-' || i, "
               "hex(zeroblob(100)), (SELECT count(*) FROM user) || '-' || i || '@b.test', 'hash' FROM n";
    }
    // One more, who is in the log only, as after a kill.
    void leave_user_in_log()
    {
        other_program killed(file);
        killed.query("PRAGMA wal_autocheckpoint = 0");
        killed.query(adding(1));
        killed.leave_log();
    }

    backup_result back_up(watcher& w, bool replace = false) { return store::back_up({file, copy, replace}, w); }
    restore_result restore(watcher& w, bool replace = true) { return store::restore({copy, file, replace, "mark"}, w); }
    path kept() const { return file.string() + ".before-restore-mark"; }
    path beside(const path& p, const std::string& suffix) const { return p.string() + suffix; }

    static std::string count(const path& p) { return other_program(p).query("SELECT count(*) FROM user"); }
    // The names in the directory, each followed by a space, in order.
    std::string names() const
    {
        std::set<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path))
            all.insert(entry.path().filename().string());
        std::string text;
        for (const auto& name : all) text += name + " ";
        return text;
    }
};

} // namespace watchword::store
