#include "accounts/audit_chain.hpp"
#include "command_line.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/jwk.hpp"
#include "key.hpp"
#include "private_file.hpp"
#include "progress.hpp"
#include "server/core_dumps.hpp"
#include "server/database_settings.hpp"
#include "server/secret.hpp"
#include "steps.hpp"
#include "text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <limits>
#include <stdexcept>
#include <thread>

namespace watchword::app {
namespace {

namespace json = boost::json;

constexpr std::string_view help =
    "Usage: watchword audit tail [-n COUNT] [--follow] [--json]\n"
    "       watchword audit export [--after NUMBER] [--force] [--quiet] FILE\n"
    "       watchword audit verify [--secret-file FILE] [--json] [--quiet]\n\n"
    "Who has changed what: the audit log in the database. Each event holds a hash of itself and of the one before it,\n"
    "and while a server runs it signs every minute what the log has grown to. All steps may run beside servers and\n"
    "change nothing.\n\n"
    "`tail` shows the newest events, the last of all at the end.\n"
    "  -n COUNT            So many of them. [20]\n"
    "  --follow            Then each new one, until it is interrupted.\n"
    "  --json              A JSON object on each line, as `export` writes them.\n\n"
    "`export` writes events and checkpoints into FILE, a JSON object on each line; - is standard output.\n"
    "  --after NUMBER      Only events behind that one. [0]\n"
    "  --force             Replace FILE if it is there.\n"
    "  --quiet             Write nothing but problems.\n\n"
    "`verify` computes the whole chain anew and says what is wrong: events that were changed, removed or put in, and\n"
    "checkpoints that the servers' secret has not signed. Exits with 0 if the log is as it was written, 1 if not. Who\n"
    "can write to the database can still remove the newest events with the checkpoints behind them: keep what this\n"
    "prints, or what `export` writes, in another place.\n"
    "  --secret-file FILE  The secret, as for watchword serve. Without one signatures are not looked at.\n"
    "  --json              Write the result as a JSON object.\n\n";

constexpr std::size_t portion = 1000;

std::string precise_time_text(core::precise_timestamp t)
{
    auto text = time_text(t);
    const auto fraction = std::to_string(1000 + (t.time_since_epoch().count() % 1000 + 1000) % 1000).substr(1);
    return text.insert(text.size() - 1, "." + fraction);
}

json::object to_json(const store::audit_event& e)
{
    const auto details = core::parse_json(e.details);
    return {{"id", e.id},
            {"time", precise_time_text(e.time)},
            {"actor", {{"kind", core::json_string(e.actor_kind)}, {"id", core::json_string(e.actor_id)}}},
            {"action", core::json_string(e.action)},
            {"subject", core::json_string(e.subject)},
            {"details", details ? *details : json::value(core::json_string(e.details))},
            {"address", core::json_string(e.address)},
            {"request_id", core::json_string(e.request_id)},
            {"chain", core::json_string(e.chain)}};
}

void print(const std::vector<store::audit_event>& events, bool as_json)
{
    for (const auto& e : events) {
        if (as_json) {
            std::cout << json::serialize(to_json(e)) << "\n";
            continue;
        }
        std::cout << e.id << "  " << precise_time_text(e.time) << "  " << harmless(e.actor_kind)
                  << (e.actor_id.empty() ? "" : " ") << harmless(e.actor_id) << "  " << harmless(e.action) << "  "
                  << harmless(e.subject);
        if (e.details != "{}") std::cout << "  " << harmless(e.details);
        if (!e.address.empty()) std::cout << "  from " << harmless(e.address);
        std::cout << "\n";
    }
    std::cout.flush();
}

// Nothing if it is none; that was said then.
std::optional<std::uint64_t> number_of(const command_line& line, std::string_view flag, std::uint64_t otherwise)
{
    const auto text = line.option(flag);
    if (!text) return otherwise;
    constexpr std::uint64_t most = 1'000'000'000'000;
    const auto number = core::parse_unsigned(*text);
    if (number && *number <= most) return number;
    fail(std::string(flag) + " must be a whole number");
    return std::nullopt;
}

int tail(const arguments& given)
{
    const auto line = read_command_line(given, {"audit tail", {}, {"--follow", "--json"}, {"-n"}});
    if (!line) return misused;
    const auto count = number_of(*line, "-n", 20);
    if (!count) return misused;
    store::audit_reader log(server::database_settings(line->values.database));
    auto events = log.last(*count);
    std::int64_t last = 0;
    if (events.empty()) {
        const auto newest = log.last(1);
        if (!newest.empty()) last = newest.front().id;
    }
    for (;;) {
        print(events, line->has("--json"));
        if (!std::cout) return fail("standard output cannot be written");
        if (!events.empty()) last = events.back().id;
        if (!line->has("--follow")) return success;
        if (events.size() < portion) std::this_thread::sleep_for(std::chrono::milliseconds(500));
        events = log.after(last, portion);
    }
}

int export_log(const arguments& given)
{
    const auto line = read_command_line(given, {"audit export", {"FILE"}, {"--force", "--quiet"}, {"--after"}});
    if (!line) return misused;
    const auto after = number_of(*line, "--after", 0);
    if (!after) return misused;
    progress shown(line->has("--quiet"));
    const stop_on_signal stops(shown);
    std::uint64_t written = 0;
    try {
        store::audit_reader log(server::database_settings(line->values.database));
        private_file out(line->words[0], line->has("--force"));
        shown.begin("exporting", store::watcher::unit::rows, 0);
        const auto checkpoints = log.checkpoints();
        auto last = static_cast<std::int64_t>(*after);
        for (auto events = log.after(last, portion); !events.empty(); events = log.after(last, portion)) {
            shown.throw_if_stopped();
            for (const auto& each : events) out.write(json::serialize(to_json(each)) + "\n");
            last = events.back().id;
            shown.advance(written += events.size());
        }
        for (const auto& each : checkpoints) {
            if (each.event <= static_cast<std::int64_t>(*after)) continue;
            const json::object checkpoint{
                {"event", each.event}, {"time", precise_time_text(each.time)}, {"jws", core::json_string(each.jws)}};
            out.write(json::serialize(json::object{{"checkpoint", checkpoint}}) + "\n");
        }
        out.finish();
    } catch (const std::exception& e) {
        shown.clear();
        return fail(std::string(e.what()) + "; nothing was exported");
    }
    shown.clear();
    if (!line->has("--quiet")) std::cerr << "wrote " << written << (written == 1 ? " event\n" : " events\n");
    return success;
}

// Nothing without a secret; that one is named which cannot be had is an error.
std::optional<crypto::named_signing_key> find_audit_key(const settings::settings& s)
{
    core::system_random random;
    try {
        return accounts::audit_key(server::find_secret(s, false, random));
    } catch (const std::runtime_error&) {
        if (server::names_secret(s)) throw;
        return std::nullopt;
    }
}

void print_report(const accounts::audit_verifier::report& r, const std::optional<crypto::named_signing_key>& key)
{
    std::cout << r.events << " events in the chain, up to event " << r.last_event << "; " << r.checkpoints
              << " checkpoints, the last at event " << r.last_checkpoint << "\n";
    if (r.unchained > 0) std::cout << r.unchained << " events are from before there was a chain: they prove nothing\n";
    if (!key) std::cout << "signatures were not looked at: there is no secret (--secret-file)\n";
    if (r.problems.empty()) std::cout << "nothing was changed\n";
}

void print_report_as_json(const accounts::audit_verifier::report& r,
                          const std::optional<crypto::named_signing_key>& key)
{
    json::array problems;
    for (const auto& each : r.problems) problems.push_back(core::json_string(each));
    json::object all{{"events", r.events},
                     {"unchained", r.unchained},
                     {"checkpoints", r.checkpoints},
                     {"last_event", r.last_event},
                     {"last_checkpoint", r.last_checkpoint},
                     {"problems", std::move(problems)},
                     {"more_problems", r.more_problems}};
    auto& shown = all["key"]; // for those who check exported checkpoints themselves
    if (key) shown = core::parse_json(crypto::write_public_jwk({key->kid, key->key.verifying()})).value();
    std::cout << json::serialize(all) << "\n";
}

int verify(const arguments& given)
{
    const auto line = read_key_line(given, {"audit verify", {}, {"--json", "--quiet"}});
    if (!line) return misused;
    if (!line->values.server.core_dumps) server::forbid_core_dumps();
    progress shown(line->has("--quiet"));
    const stop_on_signal stops(shown);
    const auto key = find_audit_key(line->values);
    store::audit_reader log(server::database_settings(line->values.database));
    accounts::audit_verifier verifier(log.checkpoints(), key ? std::optional(key->key.verifying()) : std::nullopt);
    shown.begin("verifying", store::watcher::unit::rows, 0);
    std::uint64_t read = 0;
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    for (auto events = log.after(last, portion); !events.empty(); events = log.after(last, portion)) {
        shown.throw_if_stopped();
        for (const auto& each : events) verifier.add(each);
        last = events.back().id;
        shown.advance(read += events.size());
    }
    verifier.finish();
    shown.clear();
    const auto& found = verifier.found();
    if (line->has("--json")) {
        print_report_as_json(found, key);
    } else {
        print_report(found, key);
        for (const auto& each : found.problems) fail(each);
        if (found.more_problems > 0) fail("and " + std::to_string(found.more_problems) + " more problems");
    }
    return found.problems.empty() ? success : failed;
}

constexpr step steps[] = {{"tail", tail}, {"export", export_log}, {"verify", verify}};

} // namespace

int audit(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help << database_flags_help;
        return success;
    }
    return run_step("audit", steps, given);
}

} // namespace watchword::app
