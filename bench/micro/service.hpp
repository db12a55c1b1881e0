#pragma once

#include "accounts/accounts.hpp"
#include "accounts/revocations.hpp"
#include "accounts/token_checker.hpp"
#include "api/health.hpp"
#include "api/tutorial.hpp"
#include "http/router.hpp"
#include "http/traffic.hpp"
#include "micro/fixed.hpp"

#include <filesystem>
#include <string>

namespace watchword::micro {

// An empty directory that goes with this object.
class scratch_directory {
public:
    scratch_directory();
    ~scratch_directory();
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

// What server/server.cpp puts together, without a server: the routes on a new SQLite file with so many users. One
// thread, besides the database's own.
class service {
public:
    enum class metrics { off, on }; // as metrics.listen has it
    explicit service(std::size_t users, metrics = metrics::off);

    std::string token(); // of the first user
    store::database& database() noexcept { return database_; }
    accounts::token_checker& checker() noexcept { return checker_; }
    const http::router& routes() const noexcept { return routes_; }
    const core::clock& clock() const noexcept { return clock_; }

private:
    scratch_directory directory_;
    fixed_clock clock_;
    fixed_random random_;
    store::database database_{{"sqlite:" + (directory_.path() / "service.db").string(), 1, 64}};
    crypto::hs256_tokens tokens_{core::secret_string(std::string(32, 'k'))};
    crypto::password_hasher passwords_{{{64, 1}}};
    core::workers hashing_{{"hash", 1, 16}};
    accounts::service accounts_{{std::chrono::seconds(10), false}, database_, hashing_, passwords_, random_};
    accounts::revocations revoked_{{}, clock_, random_};
    accounts::token_checker checker_{tokens_, std::chrono::seconds(3600), database_, revoked_, clock_, random_};
    api::tutorial tutorial_{accounts_, checker_, database_};
    http::router routes_;
    http::traffic traffic_;
};

// The public id of a user of the service.
std::string public_id(std::size_t number);

} // namespace watchword::micro
