#pragma once

#include "accounts/key_problem.hpp"
#include "accounts/key_ring.hpp"
#include "sessions_fixture.hpp"

#include <string>

// What the tests of signing keys share.
namespace watchword::test {

// A new database, and what its servers have in common.
struct key_place {
    explicit key_place(const std::string& kind) : database(kind) {}

    session_database database;
    precise_clock clock;
    repeatable_random random;
    accounts::key_policy policy{crypto::signature_algorithm::es256, std::chrono::hours(90 * 24), std::chrono::hours(24),
                                std::chrono::minutes(30)};
    core::secret_string secret{std::string(32, 's')};
};

// A server's part of it.
struct key_node {
    explicit key_node(key_place& p) : key_node(p, p.secret) {}
    key_node(key_place& p, const core::secret_string& secret)
        : place(p), database(p.database.settings()), ring(p.policy, secret, database, p.clock, p.random)
    {}

    core::error_code start() { return error_of(run_task(ring.start())); }
    core::error_code tend() { return error_of(run_task(ring.rotate_if_due())); }
    core::error_code retire(const std::string& kid) { return error_of(run_task(ring.retire(kid))); }
    // The key that signs next.
    std::string rotate(accounts::key_start when) { return run_task(ring.rotate(when)).value().kid; }
    // That signs now; empty: none.
    std::string signing() const
    {
        const auto all = ring.current();
        const auto* const key = all->signing_key(place.clock.precise_now());
        return key == nullptr ? "" : key->kid;
    }
    std::string jwks() const { return *ring.current()->jwks(); }
    std::size_t published() const { return ring.current()->keys().size(); }

    key_place& place;
    store::database database;
    accounts::key_ring ring;

private:
    template <class T> static core::error_code error_of(const core::result<T>& r)
    {
        return r ? core::error_code() : r.error();
    }
};

} // namespace watchword::test
