#pragma once

#include "store/change_feed.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

typedef struct pg_conn PGconn; // libpq-fe.h

namespace watchword::store {

class own_changes;
template <class T> class attempt;

// A connection of the feed's own, non-blocking.
class feed_connection {
public:
    // Waits for the server, as libpq does. Throws std::runtime_error.
    explicit feed_connection(const std::string& connection_string);
    ~feed_connection();
    feed_connection(const feed_connection&) = delete;
    feed_connection& operator=(const feed_connection&) = delete;
    ::PGconn* get() const noexcept { return handle_; }

private:
    ::PGconn* const handle_;
};

// The feed of PostgreSQL: table watchword_change holds the number of the last change, and NOTIFY tells it. What is
// notified is heard at once; the table is asked every `foreign_poll`, which finds what no notification told and
// confirms that nothing was missed. When nothing was confirmed for `staleness`, the counters rise every `foreign_poll`,
// because nobody knows what has changed; change_counters::known_until says the same though this thread does not run. A
// thread of its own, which never waits for the server.
class postgresql_feed final : public change_feed {
public:
    using connect_function = std::function<std::unique_ptr<attempt<feed_connection>>()>;
    struct settings {
        bool listens = true;
        std::chrono::milliseconds staleness{2000};
        std::chrono::milliseconds answer_limit{1000}; // then the connection is given up
    };

    // Both references must outlive it. Waits for a moment for the first confirmation, so that what is asked right after
    // can be kept.
    postgresql_feed(settings, connect_function, own_changes&, change_counters&);
    ~postgresql_feed() override;

    feed_statistics statistics() const override;

private:
    using time_point = std::chrono::steady_clock::time_point;
    enum class question { none, listen, number };

    void run();
    void step();
    void connect();
    void talk();
    void ask(question);
    void wait_for_server(time_point until);
    void read_answers();
    void read_notifications();
    void hear_number(std::uint64_t number);
    void hear_notification(const std::string& payload);
    void drop(const std::string& why);
    void check_staleness();
    void raise() noexcept;

    const settings settings_;
    const connect_function begin_connecting_;
    own_changes& own_;
    change_counters& counters_;

    // The thread's own.
    std::unique_ptr<attempt<feed_connection>> attempt_;
    std::unique_ptr<feed_connection> connection_;
    question asked_ = question::none;
    time_point asked_at_{}, next_question_{}, next_attempt_{}, next_rise_{};
    std::string schema_;
    std::optional<std::uint64_t> seen_;
    bool listens_; // false also when the server cannot
    bool complained_ = false, has_confirmed_since_connecting_ = false;

    mutable std::mutex mutex_; // guards what follows
    std::condition_variable confirmed_;
    feed_statistics statistics_;
    time_point confirmed_at_;
    bool has_confirmed_ = false;

    std::atomic<bool> stopping_{false};
    int wake_; // eventfd
    std::thread thread_;
};

} // namespace watchword::store
