#include "accounts/key_rows.hpp"
#include "key.hpp"
#include "server/core_dumps.hpp"
#include "server/database_settings.hpp"
#include "server/secret.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

namespace watchword::app {
namespace {

using accounts::key_life;

struct shown_key {
    std::string state;
    std::optional<bool> opens; // with the secret; nothing: there is no secret, or the key is not needed any more
};

// Keys are shown without a secret, too, but not with a wrong name of one.
std::unique_ptr<crypto::key_seal> find_seal(const settings::settings& s)
{
    core::system_random random;
    try {
        return std::make_unique<crypto::key_seal>(server::find_secret(s, false, random));
    } catch (const std::runtime_error&) {
        if (server::names_secret(s)) throw;
        return nullptr;
    }
}

shown_key show(const store::signing_key_row& row, const key_life& k, const std::vector<key_life>& all,
               const crypto::key_seal* seal, core::precise_timestamp now)
{
    shown_key shown{std::string(accounts::name_of(accounts::state_of(k, all, now))), std::nullopt};
    if (seal != nullptr && accounts::verifies(k, now)) shown.opens = accounts::open_row(row, *seal).has_value();
    return shown;
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

void print_json(const std::vector<key_life>& all, const std::vector<shown_key>& shown)
{
    boost::json::array out;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& k = all[i];
        boost::json::object o{{"kid", k.kid},
                              {"algorithm", std::string(algorithm_of(k))},
                              {"state", shown[i].state},
                              {"created", time_text(k.created)},
                              {"signs_from", time_text(k.signs_from)}};
        auto& signs_until = o["signs_until"];
        auto& verifies_until = o["verifies_until"];
        if (has_end(k)) signs_until = time_text(k.signs_until);
        if (has_end(k)) verifies_until = time_text(end_of(k));
        auto& opens = o["opens"];
        if (shown[i].opens) opens = *shown[i].opens;
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

void print_table(const std::vector<key_life>& all, const std::vector<shown_key>& shown)
{
    if (all.empty()) {
        std::cout << "There are no keys yet; the first start of a server makes one.\n";
        return;
    }
    print_line("kid", "algorithm", "state", "signs from", "signs until", "verifies until");
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& k = all[i];
        const std::string remark = shown[i].opens.value_or(true) ? "" : "  (sealed with another secret)";
        print_line(k.kid, algorithm_of(k), shown[i].state, time_text(k.signs_from),
                   has_end(k) ? time_text(k.signs_until) : "-", (has_end(k) ? time_text(end_of(k)) : "-") + remark);
    }
}

} // namespace

int key_list(const arguments& given)
{
    const auto line = read_key_line(given, {"key list", {}, {"--json"}});
    if (!line) return misused;
    if (!line->values.server.core_dumps) server::forbid_core_dumps();
    const auto rows = store::read_signing_keys(server::database_settings(line->values.database));
    const auto all = accounts::lives_of(rows);
    if (!all) return fail(all.error().message());
    const auto seal = find_seal(line->values);
    const auto now = core::system_clock().precise_now();
    std::vector<shown_key> shown;
    for (std::size_t i = 0; i < rows.size(); ++i) shown.push_back(show(rows[i], (*all)[i], *all, seal.get(), now));
    if (line->has("--json")) {
        print_json(*all, shown);
    } else {
        print_table(*all, shown);
    }
    return success;
}

} // namespace watchword::app
