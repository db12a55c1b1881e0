#pragma once

#include "core/task.hpp"
#include "store/database.hpp"
#include "store/users.hpp"
#include "support/postgres_server.hpp"
#include "support/turned_context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>

// What the tests of the store share.
namespace watchword::store {

// A directory that is gone at the end of the test.
class temporary_directory {
public:
    temporary_directory();
    ~temporary_directory();
    const std::filesystem::path path;
};

// The PostgreSQL server of this test program, started when first asked for.
test::postgres_server& server();

// A new, empty database of a kind: "sqlite" or "postgresql".
class empty_database {
public:
    explicit empty_database(const std::string& kind);
    ~empty_database();
    empty_database(const empty_database&) = delete;
    empty_database& operator=(const empty_database&) = delete;
    const database_settings& settings() const { return settings_; }

private:
    temporary_directory directory_;
    database_settings settings_;
};

// An I/O thread for coroutines: the test's own.
class io_loop {
public:
    // Starts a task, and runs it to where it waits for another thread.
    template <class T> void start(core::task<T> t, std::optional<T>& outcome)
    {
        core::asio::co_spawn(context_.io(), keep(std::move(t), outcome), core::asio::detached);
        context_.turn();
    }
    // Until every started task is done.
    void finish() { context_.finish(); }
    template <class T> T run(core::task<T> t)
    {
        std::optional<T> outcome;
        start(std::move(t), outcome);
        finish();
        return std::move(*outcome);
    }

private:
    template <class T> static core::task<> keep(core::task<T> t, std::optional<T>& outcome)
    {
        auto value = co_await std::move(t);
        outcome.emplace(std::move(value));
    }

    test::turned_context context_;
};

// Work that occupies the thread that runs it until it is released.
class blocking_work {
public:
    auto work()
    {
        return [this](session&) -> core::result<int> {
            entered_.set_value();
            released_.get_future().wait();
            return 0;
        };
    }
    void wait_until_entered() { entered_.get_future().wait(); }
    void release() { released_.set_value(); }

private:
    std::promise<void> entered_, released_;
};

// A database with a loop for its callers, and the store's functions as one would call them.
class open_database {
public:
    explicit open_database(const database_settings& s) : db(s) {}

    core::result<std::int64_t> add(const new_user&);
    core::result<user> find(const std::string& email);
    core::result<std::vector<user>> list(std::int64_t after = before_all_users, std::size_t limit = 1000);
    // Statements without parameters, as one job of the writer.
    core::result<int> execute(const std::string& statements);

    io_loop loop;
    database db;
};

// A user who is like no other with another number.
new_user numbered_user(int);

// What the constructor of database says when it throws, or nothing.
std::string refusal(const database_settings&);

} // namespace watchword::store
