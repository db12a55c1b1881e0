#include "accounts/key_rows.hpp"
#include "key.hpp"
#include "server/database_settings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <stdexcept>

namespace watchword::app {
namespace {

using accounts::key_life;

std::vector<key_life> read_keys(const settings::settings& s)
{
    auto lives = accounts::lives_of(store::read_signing_keys(server::database_settings(s.database)));
    if (!lives) throw std::runtime_error(lives.error().message());
    return std::move(*lives);
}

std::string_view algorithm_of(const key_life& k)
{
    return crypto::facts_of(k.algorithm).name;
}

bool has_end(const key_life& k)
{
    return k.signs_until != accounts::never;
}

// Of a retired key that is the time when it was retired.
core::precise_timestamp end_of(const key_life& k)
{
    return std::max(k.signs_until, k.verifies_until);
}

void print_json(const std::vector<key_life>& all, core::precise_timestamp now)
{
    boost::json::array out;
    for (const auto& k : all) {
        boost::json::object o{{"kid", k.kid},
                              {"algorithm", std::string(algorithm_of(k))},
                              {"state", std::string(accounts::name_of(accounts::state_of(k, all, now)))},
                              {"created", time_text(k.created)},
                              {"signs_from", time_text(k.signs_from)}};
        auto& signs_until = o["signs_until"];
        auto& verifies_until = o["verifies_until"];
        if (has_end(k)) signs_until = time_text(k.signs_until);
        if (has_end(k)) verifies_until = time_text(end_of(k));
        out.push_back(std::move(o));
    }
    std::cout << boost::json::serialize(out) << "\n";
}

void print_line(std::string_view kid, std::string_view algorithm, std::string_view state, const std::string& from,
                const std::string& until, const std::string& verifies)
{
    std::cout << std::left << std::setw(43) << kid << "  " << std::setw(9) << algorithm << "  " << std::setw(9) << state
              << "  " << std::setw(20) << from << "  " << std::setw(20) << until << "  " << verifies << "\n";
}

void print_table(const std::vector<key_life>& all, core::precise_timestamp now)
{
    if (all.empty()) {
        std::cout << "There are no keys yet; the first start of a server makes one.\n";
        return;
    }
    print_line("kid", "algorithm", "state", "signs from", "signs until", "verifies until");
    for (const auto& k : all)
        print_line(k.kid, algorithm_of(k), accounts::name_of(accounts::state_of(k, all, now)), time_text(k.signs_from),
                   has_end(k) ? time_text(k.signs_until) : "-", has_end(k) ? time_text(end_of(k)) : "-");
}

} // namespace

int key_list(const arguments& given)
{
    const auto line = read_key_line(given, {"key list", {}, {"--json"}});
    if (!line) return misused;
    const auto all = read_keys(line->values);
    const auto now = core::system_clock().precise_now();
    if (line->has("--json")) {
        print_json(all, now);
    } else {
        print_table(all, now);
    }
    return success;
}

} // namespace watchword::app
