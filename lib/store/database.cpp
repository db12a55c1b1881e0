#include "store/database.hpp"

#include "store/change_feed.hpp"
#include "store/connection.hpp"
#include "store/email_keys.hpp"
#include "store/failure.hpp"
#include "store/group_writer.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace watchword::store {
namespace {

std::vector<connection> open_readers(const backend& b, std::size_t count)
{
    std::vector<connection> all;
    for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) all.emplace_back(b, access::read);
    return all;
}

// Watchword's own schema.
void prepare_users(session& s)
{
    if (s.has_table("user")) check_user_table(s); // before anything is added to it
    migrate(s, migrations_for(s.kind()));
    check_user_table(s);
    complete_email_keys(s);
}

connection open_writer(backend& b, const std::function<void(session&)>& prepare)
{
    connection writer(b, access::write);
    if (b.is_guest()) {
        require_last_schema(*writer.get());
    } else {
        prepare(*writer.get());
    }
    b.admit_guests();
    return writer;
}

database_settings without_owner(database_settings s)
{
    s.beside_owner = false;
    return s;
}

std::runtime_error unusable(const database_settings& s, const soci::soci_error& e)
{
    // A server's URL may hold a password.
    const std::string name = s.url.starts_with("sqlite:") ? "the database " + s.url.substr(7) : "the database";
    return std::runtime_error(name + " cannot be used: " + describe(e));
}

} // namespace

// Destroyed from the bottom up: readers close before the writer, whose close checkpoints, and that before the lock.
struct database::parts {
    parts(const database_settings& s, const std::function<void(session&)>& prepare, bool follows_changes)
        : timeout(s.timeout),
          opened(open_backend(s)),
          writer(open_writer(*opened, prepare), s.queue, changes),
          connections(open_readers(*opened, s.readers)),
          readers({"db-reader", connections.size(), s.queue}),
          feed(follows_changes ? opened->follow_changes(changes) : nullptr)
    {}

    const std::chrono::milliseconds timeout;
    change_counters changes;
    const std::unique_ptr<backend> opened;
    group_writer writer;
    std::vector<connection> connections; // one for each reader thread
    core::workers readers;
    const std::unique_ptr<change_feed> feed; // or null
};

database::database(const database_settings& s)
try : parts_(std::make_unique<parts>(s, prepare_users, true)) {
} catch (const soci::soci_error& e) {
    throw unusable(s, e);
}

database::database(const database_settings& s, const std::function<void(session&)>& prepare)
try : parts_(std::make_unique<parts>(without_owner(s), prepare, false)) {
} catch (const soci::soci_error& e) {
    throw unusable(s, e);
}

database::~database() = default;

const change_counters& database::changes() const noexcept
{
    return parts_->changes;
}

bool database::is_noted(std::chrono::milliseconds limit) const
{
    return parts_->opened->is_noted(limit);
}

database_statistics database::statistics() const
{
    return {parts_->readers.statistics(), parts_->writer.statistics(), parts_->writer.commits(),
            parts_->opened->connections_cut(), parts_->feed ? std::optional(parts_->feed->statistics()) : std::nullopt};
}

core::workers& database::readers() noexcept
{
    return parts_->readers;
}

core::deadline database::latest_start() const noexcept
{
    return std::chrono::steady_clock::now() + parts_->timeout;
}

void database::enqueue_write(queued_write& w)
{
    parts_->writer.enqueue(w);
}

bool database::withdraw_write(queued_write& w)
{
    return parts_->writer.withdraw(w);
}

std::optional<core::errc> database::run_read(std::size_t slot, database_work& work) noexcept
{
    connection& mine = parts_->connections[slot];
    session* const s = mine.begin();
    if (s == nullptr) return core::errc::unavailable;
    std::optional<core::errc> failure;
    try {
        work.run(*s);
    } catch (...) {
        failure = explain_failure("running a read");
    }
    try {
        s->reset_statements();
        if (s->is_usable()) s->rollback();
        if (failure) s->forget_prepared();
    } catch (...) {
        explain_failure("ending a read");
        mine.drop();
    }
    return failure;
}

} // namespace watchword::store
