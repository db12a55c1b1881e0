#include "server/diagnosis_addresses.hpp"
#include "server/diagnosis_database.hpp"
#include "server/diagnosis_files.hpp"
#include "server/diagnosis_machine.hpp"
#include "server/diagnosis_settings.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace {

using namespace watchword;
using namespace watchword::server;
using core::precise_timestamp;
using std::chrono::hours;

// What was found under a name; the test ends if that is not exactly one thing.
finding find(const findings& all, const std::string& name)
{
    const auto is_it = [&](const finding& f) { return f.name == name; };
    BOOST_TEST_REQUIRE(std::count_if(all.begin(), all.end(), is_it) == 1, name);
    return *std::find_if(all.begin(), all.end(), is_it);
}

std::string state(const findings& all, const std::string& name)
{
    const auto found = find(all, name);
    BOOST_TEST(found.advice.empty() == (found.state == health::ok), name);
    BOOST_TEST(!found.found.empty(), name);
    return std::string(name_of(found.state));
}

constexpr std::uint64_t mib = 1024 * 1024;
const precise_timestamp now = std::chrono::sys_days(std::chrono::year(2027) / 3 / 1) + hours(12);

// Its key signs from then on.
database_state database_with_key(precise_timestamp signs_from)
{
    database_state d;
    d.seen.emplace();
    d.seen->applied = d.seen->known = 6;
    store::signing_key_row key;
    key.kid = "k1";
    key.algorithm = "ES256";
    key.sealed = "nobody has sealed this";
    key.created = key.signs_from = signs_from;
    d.seen->keys.push_back(key);
    return d;
}

settings::settings with_secret()
{
    settings::settings s;
    s.secret.value = core::secret_string(std::string("a secret of at least thirty-two bytes"));
    return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(diagnosis)

BOOST_AUTO_TEST_CASE(a_disk_has_to_have_room)
{
    const auto space = [](std::uint64_t free) { return state(judge_disk("/d", {free, 5000, false}), "disk.space"); };
    BOOST_TEST(space(1024 * mib) == "ok");
    BOOST_TEST(space(1024 * mib - 1) == "warning");
    BOOST_TEST(space(64 * mib) == "warning");
    BOOST_TEST(space(64 * mib - 1) == "error");
    BOOST_TEST(state(judge_disk("/d", {1024 * mib, 5000, true}), "disk.space") == "error");
    const auto inodes = [](std::optional<std::uint64_t> free) {
        return state(judge_disk("/d", {1024 * mib, free, false}), "disk.inodes");
    };
    BOOST_TEST(inodes(1000) == "ok");
    BOOST_TEST(inodes(999) == "warning");
    BOOST_TEST(inodes(15) == "error");
    BOOST_TEST(inodes(std::nullopt) == "ok");
}

BOOST_AUTO_TEST_CASE(the_clock_is_after_all_that_was_written)
{
    const auto time = [](precise_timestamp t, std::optional<precise_timestamp> newest) {
        return state(judge_clock({t, newest, true}), "clock.time");
    };
    BOOST_TEST(time(now, std::nullopt) == "ok");
    BOOST_TEST(time(precise_timestamp{}, std::nullopt) == "error"); // 1970: a battery is empty
    BOOST_TEST(time(now, now) == "ok");
    BOOST_TEST(time(now, now + std::chrono::seconds(60)) == "ok"); // another node's clock
    BOOST_TEST(time(now, now + std::chrono::milliseconds(60'001)) == "error");
    const auto synchronised = [](std::optional<bool> s) {
        return state(judge_clock({now, std::nullopt, s}), "clock.synchronised");
    };
    BOOST_TEST(synchronised(true) == "ok");
    BOOST_TEST(synchronised(false) == "warning");
    BOOST_TEST(synchronised(std::nullopt) == "ok");
}

BOOST_AUTO_TEST_CASE(limits_of_the_system_fit_the_settings)
{
    settings::settings s;
    s.http.connections = 20'000;
    s.passwords.memory_kib = 19'456; // 19 MiB
    const limit_facts good{21'000, 100 * mib, 4096};
    const auto judge = [&](const std::string& name, const limit_facts& f, std::size_t cores = 2) {
        return state(judge_limits(s, cores, f), name);
    };
    for (const std::string name : {"limits.open_files", "limits.memory", "limits.listen_queue", "limits.core_dumps"})
        BOOST_TEST(judge(name, good) == "ok", name);
    BOOST_TEST(judge("limits.open_files", {20'999, 100 * mib, 4096}) == "warning");
    BOOST_TEST(judge("limits.listen_queue", {21'000, 100 * mib, 4095}) == "warning");
    BOOST_TEST(judge("limits.listen_queue", {21'000, std::nullopt, std::nullopt}) == "ok");
    BOOST_TEST(judge("limits.memory", {21'000, std::nullopt, 4096}) == "ok");
    BOOST_TEST(judge("limits.memory", good, 4) == "warning"); // 76 of 100 MiB
    BOOST_TEST(judge("limits.memory", good, 6) == "error");
    s.passwords.threads = 2; // whatever the machine has
    BOOST_TEST(judge("limits.memory", good, 6) == "ok");
    s.server.core_dumps = true;
    BOOST_TEST(judge("limits.core_dumps", good) == "warning");
}

BOOST_AUTO_TEST_CASE(the_least_limit_of_a_cgroup_and_those_above_counts)
{
    const test::temporary_directory root;
    std::filesystem::create_directories(root.path() / "a/b");
    BOOST_TEST(!cgroup_memory(root.path(), "/a/b").has_value());
    test::write_file(root / "a/b/memory.max", "max\n");
    BOOST_TEST(!cgroup_memory(root.path(), "/a/b").has_value());
    test::write_file(root / "a/memory.max", "1000\n");
    BOOST_TEST(cgroup_memory(root.path(), "/a/b").value() == 1000);
    test::write_file(root / "a/b/memory.max", "2000\n");
    BOOST_TEST(cgroup_memory(root.path(), "/a/b").value() == 1000);
    test::write_file(root / "a/b/memory.max", "500\n");
    BOOST_TEST(cgroup_memory(root.path(), "/a/b").value() == 500);
    test::write_file(root / "memory.max", "1\n");
    BOOST_TEST(cgroup_memory(root.path(), "/").value() == 1);
}

BOOST_AUTO_TEST_CASE(settings_hold_together)
{
    const auto all_well = check_settings({});
    BOOST_TEST(std::all_of(all_well.begin(), all_well.end(), [](const auto& f) { return f.state == health::ok; }));
    const auto judge = [](const std::string& name, void (*change)(settings::settings&)) {
        settings::settings s;
        change(s);
        return state(check_settings(s), name);
    };
    using S = settings::settings;
    BOOST_TEST(judge("settings.tls", [](S& s) { s.tls.key_file = "k"; }) == "error");
    BOOST_TEST(judge("settings.tls", [](S& s) { s.server.listen = {"https://127.0.0.1:5000"}; }) == "error");
    BOOST_TEST(judge("settings.tls", [](S& s) { s.tls.certificate_file = s.tls.key_file = "f"; }) == "warning");
    BOOST_TEST(judge("settings.plain_text", [](S& s) { s.server.listen = {"0.0.0.0:80"}; }) == "warning");
    BOOST_TEST(judge("settings.plain_text", [](S& s) { s.server.listen = {"https://0.0.0.0:80"}; }) == "ok");
    BOOST_TEST(judge("settings.plain_text", [](S& s) {
                   s.server.listen = {"0.0.0.0:80"};
                   s.server.trusted_proxies = {"10.0.0.0/8"};
               }) == "ok");
    BOOST_TEST(judge("settings.signing_keys", [](S& s) { s.tokens.rotation = s.tokens.publish_ahead; }) == "error");
    BOOST_TEST(judge("settings.issuer", [](S& s) { s.tokens.issuer = "http://auth.test"; }) == "warning");
    BOOST_TEST(judge("settings.issuer", [](S& s) { s.tokens.issuer = "https://auth.test"; }) == "ok");
    BOOST_TEST(judge("settings.password_cost", [](S& s) { s.passwords.memory_kib = 8; }) == "warning");
    BOOST_TEST(judge("settings.password_cost", [](S& s) { s.passwords.memory_kib = 1024 * 1024; }) == "error");
    BOOST_TEST(judge("settings.limits", [](S& s) { s.limits.enabled = false; }) == "warning");
    BOOST_TEST(judge("settings.admin", [](S& s) { s.admin.email = "a@b.test"; }) == "error");
}

BOOST_AUTO_TEST_CASE(files_with_secrets_are_their_owners_own)
{
    const test::temporary_directory directory;
    const auto file = directory / "secret";
    const auto judge = [&](std::filesystem::perms p) {
        std::filesystem::permissions(file, p);
        return state({check_secret_file("f", "secret", file)}, "f");
    };
    BOOST_TEST(state({check_secret_file("f", "secret", file)}, "f") == "error"); // there is none
    test::write_file(file, "x");
    BOOST_TEST(judge(std::filesystem::perms(0600)) == "ok");
    BOOST_TEST(judge(std::filesystem::perms(0640)) == "ok"); // a group may be meant, as for certificates
    BOOST_TEST(judge(std::filesystem::perms(0644)) == "error");
    BOOST_TEST(judge(std::filesystem::perms(0602)) == "error");
    BOOST_TEST(judge(std::filesystem::perms(0620)) == "error");
    BOOST_TEST(state({check_secret_file("f", "secret", directory.path())}, "f") == "error");
}

BOOST_AUTO_TEST_CASE(a_settings_file_is_not_everybodys)
{
    const test::temporary_directory directory;
    settings::settings s;
    s.database.url = "sqlite:" + (directory / "w.db");
    const auto file = directory / "watchword.json";
    test::write_file(file, "{}");
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    BOOST_TEST(state(check_permissions(s, file), "permissions.settings") == "ok");
    std::filesystem::permissions(file, std::filesystem::perms(0646));
    BOOST_TEST(state(check_permissions(s, file), "permissions.settings") == "error");
    s.server.control = directory / "no such directory/control.sock";
    BOOST_TEST(state(check_permissions(s, ""), "permissions.control_directory") == "error");
    s.server.control = directory / "control.sock";
    BOOST_TEST(state(check_permissions(s, ""), "permissions.control_directory") == "ok");
    std::filesystem::permissions(directory.path(), std::filesystem::perms(0777));
    BOOST_TEST(state(check_permissions(s, ""), "permissions.control_directory") == "error");
    BOOST_TEST(state(check_permissions(s, ""), "permissions.database_directory") == "error");
}

BOOST_AUTO_TEST_CASE(a_key_is_followed_in_time)
{
    const auto s = with_secret();
    const auto judge = [&](precise_timestamp from, const settings::settings& with) {
        return state(check_keys(with, database_with_key(from), now), "keys.rotation");
    };
    BOOST_TEST(judge(now - hours(90 * 24), s) == "ok");
    BOOST_TEST(judge(now - hours(90 * 24 + 2), s) == "warning");
    auto never = with_secret();
    never.tokens.rotation = std::chrono::seconds(0);
    BOOST_TEST(judge(now - hours(900 * 24), never) == "ok");
    auto followed = database_with_key(now - hours(90 * 24 + 2));
    followed.seen->keys[0].signs_until = now + hours(1);
    followed.seen->keys[0].verifies_until = now + hours(2);
    BOOST_TEST(state(check_keys(s, followed, now), "keys.rotation") == "ok");
    auto unknown = database_with_key(now);
    unknown.seen->keys[0].algorithm = "XX999";
    BOOST_TEST(state(check_keys(s, unknown, now), "keys.rotation") == "error");
}

BOOST_AUTO_TEST_CASE(a_secret_has_to_open_the_keys)
{
    const auto found = find(check_keys(with_secret(), database_with_key(now), now), "keys.secret");
    BOOST_TEST((found.state == health::error));
    BOOST_TEST(found.found == "it opens 0 of 1 keys; the secret is that of WATCHWORD_SECRET");
    BOOST_TEST(state(check_keys(with_secret(), {true, std::nullopt}, now), "keys.secret") == "ok");
    settings::settings short_one;
    short_one.secret.value = core::secret_string(std::string("short"));
    BOOST_TEST(state(check_keys(short_one, {true, std::nullopt}, now), "keys.secret") == "error");
}

BOOST_AUTO_TEST_CASE(somebody_administers)
{
    settings::settings s;
    auto d = database_with_key(now);
    BOOST_TEST(state(check_administrator(s, d), "administrator") == "warning");
    BOOST_TEST(state(check_administrator(s, {true, std::nullopt}), "administrator") == "ok");
    s.admin.email = "a@b.test";
    BOOST_TEST(state(check_administrator(s, d), "administrator") == "ok");
    s.admin.email.clear();
    d.seen->has_role_holder = true;
    BOOST_TEST(state(check_administrator(s, d), "administrator") == "ok");
    BOOST_TEST(check_administrator(s, {}).empty()); // nobody knows
}

BOOST_AUTO_TEST_CASE(addresses_can_be_had)
{
    const test::temporary_directory directory;
    settings::settings s;
    const auto judge = [&](const std::string& listen) {
        s.server.listen = {listen};
        return state(check_addresses(s, false), "addresses");
    };
    BOOST_TEST(judge("127.0.0.1:0") == "ok");
    BOOST_TEST(judge("192.0.2.1:5000") == "error"); // of no machine: RFC 5737
    BOOST_TEST(judge("systemd") == "ok");
    BOOST_TEST(judge("unix:" + (directory / "s.sock")) == "ok");
    BOOST_TEST(!std::filesystem::exists(directory / "s.sock"));
    BOOST_TEST(judge("unix:" + (directory / "nowhere/s.sock")) == "error");
    test::write_file(directory / "file", "");
    BOOST_TEST(judge("unix:" + (directory / "file")) == "error");
}

BOOST_AUTO_TEST_SUITE_END()
