#include "store/postgresql_feed.hpp"

#include "core/log.hpp"
#include "core/text.hpp"
#include "core/workers.hpp"
#include "store/attempt.hpp"
#include "store/own_changes.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds pause{250};       // between attempts to connect
constexpr milliseconds first_wait{1000}; // for the first confirmation
constexpr milliseconds soon{2};          // for a question that had no clear answer
constexpr milliseconds slice{20};        // in which an attempt is waited for

constexpr auto listen_statement = "LISTEN watchword_change";
constexpr auto number_statement = "SELECT number, current_schema() FROM watchword_change WHERE only_row";

struct clear_result {
    void operator()(PGresult* r) const noexcept { ::PQclear(r); }
};
using owned_result = std::unique_ptr<PGresult, clear_result>;

struct free_memory {
    void operator()(PGnotify* n) const noexcept { ::PQfreemem(n); }
};

void ignore_notice(void*, const char*) {}

std::string one_line(const char* message)
{
    std::string line(message);
    std::replace(line.begin(), line.end(), '\n', ' ');
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

} // namespace

feed_connection::feed_connection(const std::string& connection_string)
    : handle_(::PQconnectdb(connection_string.c_str()))
{
    if (handle_ != nullptr && ::PQstatus(handle_) == CONNECTION_OK && ::PQsetnonblocking(handle_, 1) == 0) {
        ::PQsetErrorVerbosity(handle_, PQERRORS_TERSE);
        ::PQsetNoticeProcessor(handle_, ignore_notice, nullptr);
        return;
    }
    const std::string why = handle_ != nullptr ? one_line(::PQerrorMessage(handle_)) : "no memory";
    ::PQfinish(handle_);
    throw std::runtime_error(why);
}

feed_connection::~feed_connection()
{
    ::PQfinish(handle_);
}

postgresql_feed::postgresql_feed(settings s, connect_function c, own_changes& own, change_counters& counters)
    : settings_(s),
      begin_connecting_(std::move(c)),
      own_(own),
      counters_(counters),
      listens_(s.listens),
      confirmed_at_(steady_clock::now()),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "cannot follow the database");
    counters_.known_until.store(confirmed_at_ + settings_.staleness, std::memory_order_release);
    try {
        thread_ = std::thread([this] { run(); });
    } catch (...) {
        ::close(wake_);
        throw;
    }
    std::unique_lock lock(mutex_);
    confirmed_.wait_until(lock, steady_clock::now() + first_wait, [this] { return has_confirmed_; });
}

postgresql_feed::~postgresql_feed()
{
    stopping_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
    thread_.join();
    ::close(wake_);
}

feed_statistics postgresql_feed::statistics() const
{
    const std::lock_guard lock(mutex_);
    auto copy = statistics_;
    copy.unconfirmed = steady_clock::now() - confirmed_at_;
    return copy;
}

void postgresql_feed::run()
{
    core::name_this_thread("db-feed");
    while (!stopping_) {
        try {
            step();
        } catch (const std::exception& e) {
            drop(e.what());
        }
        check_staleness();
    }
}

void postgresql_feed::step()
{
    if (connection_) {
        talk();
    } else {
        connect();
    }
}

void postgresql_feed::connect()
{
    if (!attempt_) {
        if (const auto now = steady_clock::now(); now < next_attempt_) {
            wait_for_server(std::min(next_attempt_, now + slice));
            return;
        }
        attempt_ = begin_connecting_();
    }
    if (!attempt_->is_done(slice)) return;
    const auto ended = std::move(attempt_);
    connection_ = ended->take();
    asked_ = question::none;
    next_question_ = steady_clock::now();
    if (listens_) ask(question::listen);
}

void postgresql_feed::talk()
{
    const auto now = steady_clock::now();
    if (asked_ == question::none && now >= next_question_) ask(question::number);
    if (asked_ != question::none && now >= asked_at_ + settings_.answer_limit)
        throw std::runtime_error("the server does not answer");
    auto until = asked_ == question::none ? next_question_ : asked_at_ + settings_.answer_limit;
    {
        const std::lock_guard lock(mutex_);
        until = std::min(until, statistics_.lost ? next_rise_ : confirmed_at_ + settings_.staleness);
    }
    wait_for_server(until);
    if (stopping_) return;
    if (::PQconsumeInput(connection_->get()) == 0) throw std::runtime_error(::PQerrorMessage(connection_->get()));
    read_answers();
    read_notifications();
}

void postgresql_feed::ask(question q)
{
    auto* const c = connection_->get();
    if (::PQsendQuery(c, q == question::listen ? listen_statement : number_statement) == 0)
        throw std::runtime_error(::PQerrorMessage(c));
    asked_ = q;
    asked_at_ = steady_clock::now();
    next_question_ = asked_at_ + foreign_poll;
}

void postgresql_feed::wait_for_server(time_point until)
{
    ::pollfd sockets[2] = {{wake_, POLLIN, 0}, {-1, POLLIN, 0}};
    if (connection_) {
        sockets[1].fd = ::PQsocket(connection_->get());
        if (::PQflush(connection_->get()) > 0) sockets[1].events |= POLLOUT;
    }
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
    ::poll(sockets, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
}

void postgresql_feed::read_answers()
{
    auto* const c = connection_->get();
    while (asked_ != question::none && ::PQisBusy(c) == 0) {
        const owned_result answer(::PQgetResult(c));
        if (!answer) { // the end of them
            const bool listening = asked_ == question::listen;
            asked_ = question::none;
            if (listening) ask(question::number); // what was changed before is not notified
            return;
        }
        const auto status = ::PQresultStatus(answer.get());
        const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        if (asked_ == question::listen) {
            // A server that has no LISTEN is asked more than told.
            if (!good)
                core::log::warning("changes by other nodes are not notified",
                                   {{"reason", one_line(::PQresultErrorMessage(answer.get()))}});
            listens_ = good;
            const std::lock_guard lock(mutex_);
            statistics_.listening = good;
            continue;
        }
        const auto number = good && ::PQntuples(answer.get()) == 1
                                ? core::parse_unsigned(::PQgetvalue(answer.get(), 0, 0))
                                : std::nullopt;
        if (!number)
            throw std::runtime_error(good ? "the table watchword_change has lost its row"
                                          : ::PQresultErrorMessage(answer.get()));
        schema_ = ::PQgetvalue(answer.get(), 0, 1);
        // Before notifications that came with it: they may be of later changes.
        hear_number(*number);
    }
}

void postgresql_feed::read_notifications()
{
    while (const std::unique_ptr<PGnotify, free_memory> n{::PQnotifies(connection_->get())})
        hear_notification(n->extra);
}

// What the table says: everything up to `number` has been committed, and nothing after it when it was asked.
void postgresql_feed::hear_number(std::uint64_t number)
{
    using verdict = own_changes::verdict;
    const auto whose = seen_ && number >= *seen_ ? own_.judge(*seen_, number) : verdict::others;
    if (whose == verdict::undecided) {
        next_question_ = steady_clock::now() + soon;
        return;
    }
    const bool news = whose == verdict::others;
    // Fewer than before: a server that has lost commits has taken over.
    seen_ = number;
    if (news) raise();
    counters_.known_until.store(asked_at_ + settings_.staleness, std::memory_order_release);
    const std::lock_guard lock(mutex_);
    statistics_.last = number;
    if (news && has_confirmed_) ++statistics_.found;
    if (statistics_.lost) core::log::info("the database's changes are followed again", {});
    statistics_.lost = false;
    complained_ = false;
    has_confirmed_since_connecting_ = true;
    confirmed_at_ = asked_at_;
    has_confirmed_ = true;
    confirmed_.notify_all();
}

// NUMBER NAME SCHEMA, from whoever committed; others may use the channel too.
void postgresql_feed::hear_notification(const std::string& payload)
{
    const auto first = payload.find(' '), second = payload.find(' ', first + 1);
    if (first == payload.npos || second == payload.npos || payload.compare(second + 1, payload.npos, schema_) != 0)
        return;
    const auto number = core::parse_unsigned(payload.substr(0, first));
    if (!number || !seen_ || *number <= *seen_) return; // it was found already
    const bool own = own_.is_own(std::string_view(payload).substr(first + 1, second - first - 1));
    const bool gap = *number > *seen_ + 1;
    seen_ = *number;
    if (gap || !own) raise();
    const std::lock_guard lock(mutex_);
    statistics_.last = *number;
    ++statistics_.notifications;
    if (gap) ++statistics_.gaps;
}

void postgresql_feed::drop(const std::string& why)
{
    // Once for each time that the connection is lost.
    if (!std::exchange(complained_, true))
        core::log::error("the database's changes cannot be followed", {{"reason", one_line(why.c_str())}});
    // At once if it has worked until now.
    next_attempt_ = steady_clock::now() + (connection_ && has_confirmed_since_connecting_ ? milliseconds(0) : pause);
    connection_.reset();
    attempt_.reset();
    asked_ = question::none;
    has_confirmed_since_connecting_ = false;
    const std::lock_guard lock(mutex_);
    statistics_.listening = false;
}

void postgresql_feed::check_staleness()
{
    const auto now = steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        if (now <= confirmed_at_ + settings_.staleness) return;
        if (!std::exchange(statistics_.lost, true)) {
            ++statistics_.losses;
            next_rise_ = now;
            core::log::warning("what other nodes change is not known; copies are not trusted", {});
        }
    }
    if (now < next_rise_) return;
    next_rise_ = now + foreign_poll;
    raise();
}

void postgresql_feed::raise() noexcept
{
    counters_.foreign.fetch_add(1, std::memory_order_release);
    counters_.users.fetch_add(1, std::memory_order_release);
}

} // namespace watchword::store
