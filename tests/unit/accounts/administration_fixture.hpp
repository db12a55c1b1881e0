#pragma once

#include "accounts/administration.hpp"
#include "core/workers.hpp"
#include "crypto/password.hpp"
#include "sessions_fixture.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the tests of administration share.
namespace watchword::test {

// Another server on a database.
struct administration_node {
    administration_node(const session_database& place, const core::clock& clock, core::random_source& random,
                        accounts::session_observer* observer = nullptr)
        : database(place.settings()),
          accounts({std::chrono::seconds(60), true}, database, hashing, passwords, random),
          sessions(short_settings(), session_secret(), database, clock, random, observer),
          administration(short_settings(), accounts, sessions, database, clock, random, observer)
    {}

    crypto::password_hasher passwords{{{64, 1}}}; // cheap
    core::workers hashing{{"hash", 1, 16}};
    store::database database;
    accounts::service accounts;
    accounts::sessions sessions;
    accounts::administration administration;
};

inline accounts::actor operator_of(accounts::permission_set permissions = accounts::permission_set::all())
{
    accounts::actor by;
    by.kind = accounts::actor_kind::user;
    by.id = "boss";
    by.permissions = permissions;
    by.address = core::parse_address("192.0.2.7");
    by.request_id = "req-1";
    return by;
}

inline core::secret_string secret(std::string_view text)
{
    return core::secret_string(text);
}

inline accounts::new_person somebody(const std::string& name, std::vector<std::string> roles = {})
{
    accounts::new_person p;
    p.email = name + "@example.test";
    p.password = secret("a long password of nobody");
    p.name = "Name of " + name;
    p.roles = std::move(roles);
    return p;
}

struct administration_world {
    explicit administration_world(const std::string& kind) : place(kind) {}

    session_database place;
    precise_clock clock;
    repeatable_random random;
    session_witness observer;
    administration_node node{place, clock, random, &observer};
    accounts::administration& admin = node.administration;

    accounts::person create(accounts::new_person p)
    {
        return run_task(admin.create(operator_of(), std::move(p))).value();
    }
    core::result<accounts::person> update(const accounts::person& p, accounts::person_change c,
                                          std::vector<std::string> versions = {}, accounts::actor by = operator_of())
    {
        return run_task(admin.update(std::move(by), p.public_id, std::move(c), std::move(versions)));
    }
    core::result<void> remove(const accounts::person& p, std::vector<std::string> versions = {},
                              accounts::actor by = operator_of())
    {
        return run_task(admin.remove(std::move(by), p.public_id, std::move(versions)));
    }
    core::result<accounts::person> find(const accounts::person& p) { return run_task(admin.find(p.public_id)); }
    accounts::session_grant sign_in(const accounts::person& p)
    {
        accounts::session_request r;
        r.public_id = p.public_id;
        return run_task(node.sessions.open(std::move(r))).value();
    }
    std::size_t count_sessions(const accounts::person& p)
    {
        return run_task(admin.list_sessions(p.public_id)).value().size();
    }
    bool has_password(const accounts::person& p, const std::string& password)
    {
        return run_task(node.accounts.sign_in(*p.email, core::secret_string(password))).has_value();
    }
    // "user.created user.updated": what the log says of a subject, the oldest first.
    std::string log_of(const std::string& subject)
    {
        accounts::audit_filter f;
        f.subject = subject;
        std::string all;
        for (const auto& e : run_task(admin.list_audit(std::move(f), std::nullopt, 100)).value().events)
            all = e.action + (all.empty() ? "" : " ") + all;
        return all;
    }
    accounts::audit_event newest() { return run_task(admin.list_audit({}, std::nullopt, 1)).value().events.at(0); }
    void make_admin(const accounts::person& p)
    {
        accounts::person_change c;
        c.roles = {"admin"};
        update(p, std::move(c)).value();
    }
};

// Whether a result is that refusal.
template <class Result> bool is_refused(const Result& r, accounts::administration_problem why)
{
    return !r && accounts::administration_problem_of(r.error()) == why;
}

} // namespace watchword::test
