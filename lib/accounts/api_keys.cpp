#include "accounts/api_keys.hpp"

#include "accounts/accounts.hpp"
#include "accounts/administration_problem.hpp"
#include "accounts/audit_notes.hpp"
#include "core/characters.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "core/uuid.hpp"
#include "store/api_keys.hpp"
#include "store/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>

#include <span>

namespace watchword::accounts {
namespace {

constexpr auto acquire = std::memory_order_acquire;
constexpr std::size_t longest_name = 100; // characters

bool is_name(std::string_view text)
{
    return !text.empty() && is_storable(text) && core::count_characters(text) <= longest_name;
}

bool is_past(const std::optional<core::precise_timestamp>& end, core::precise_timestamp now)
{
    return end && now >= *end;
}

bool may_be_key(std::string_view text)
{
    return text.size() == api_keys::key_size && text.starts_with(api_keys::key_prefix) &&
           core::base64url_decode(text.substr(api_keys::key_prefix.size()));
}

core::secret_string make_key(core::random_source& random)
{
    core::secret_bytes<32> bytes;
    random.fill(std::as_writable_bytes(std::span(bytes.data)));
    auto encoded = core::base64url_encode(bytes.view());
    std::string text(api_keys::key_prefix);
    text.reserve(api_keys::key_size + 1); // no copy is left behind by growing
    text += encoded;
    core::wipe(encoded);
    return core::secret_string(std::move(text));
}

api_key key_of(store::api_key_row r)
{
    return {std::move(r.id), std::move(r.name), std::move(r.prefix), known_permissions(r.permissions),
            r.created,       r.expires,         r.last_used,         std::move(r.created_by)};
}

boost::json::object details_of(const std::string& name, permission_set permissions)
{
    boost::json::array names;
    for (const auto each : permissions.names()) names.emplace_back(core::json_string(each));
    return {{"name", core::json_string(name)}, {"permissions", std::move(names)}};
}

// Nobody waits for it; it may go on when whoever started it is gone. A failure leaves the time that was noted last.
core::task<> note_use(store::database& database, std::string id, core::precise_timestamp when)
{
    const auto work = [&](store::session& s) -> core::result<void> {
        store::note_use_of_api_key(s, id, when);
        return {};
    };
    const auto done = co_await database.write(work);
    if (!done)
        core::log::warning("the use of an API key was not noted",
                           {{"api_key", id}, {"reason", done.error().message()}});
}

} // namespace

api_keys::api_keys(store::database& d, const core::clock& c, core::random_source& r)
    : database_(d), clock_(c), random_(r), digests_([] { return crypto::sha256(); })
{}

std::string api_keys::digest_of(std::string_view key)
{
    const auto bytes = digests_.local()(key);
    return core::hex_encode({bytes.data(), bytes.size()});
}

// --- making and ending

core::task<core::result<made_api_key>> api_keys::create(actor by, new_api_key wanted)
{
    const auto now = clock_.precise_now();
    const auto permissions = read_permissions(wanted.permissions);
    if (!is_name(wanted.name) || !permissions || is_past(wanted.expires, now)) co_return core::errc::invalid_input;
    if (!by.permissions.includes(*permissions)) co_return administration_problem::beyond_own;
    auto text = make_key(random_);
    store::api_key_row row;
    row.id = core::make_uuid_v4(random_);
    row.name = std::move(wanted.name);
    row.prefix = text.view().substr(0, shown_size);
    row.digest = digest_of(text.view());
    row.permissions = permissions->words();
    row.created = now;
    row.expires = wanted.expires;
    row.created_by = std::string(name_of(by.kind)) + " " + by.id;
    const auto work = [&](store::session& s) -> core::result<void> {
        if (store::list_api_keys(s).size() >= most_keys) return core::errc::too_large;
        const auto added = store::add_api_key(s, row);
        if (!added) return added;
        note_in_audit(s, by, now, "api_key.created", row.id, details_of(row.name, *permissions));
        return {};
    };
    const auto done = co_await database_.write(work);
    if (!done) co_return done.error();
    made_api_key made{key_of(std::move(row)), std::move(text)};
    co_return made;
}

core::task<core::result<std::vector<api_key>>> api_keys::list()
{
    const auto work = [](store::session& s) -> core::result<std::vector<api_key>> {
        std::vector<api_key> all;
        for (auto& row : store::list_api_keys(s)) all.push_back(key_of(std::move(row)));
        return all;
    };
    co_return co_await database_.read(work);
}

core::task<core::result<void>> api_keys::revoke(actor by, std::string id)
{
    if (!is_storable(id)) co_return core::errc::not_found;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto found = store::find_api_key(s, id);
        if (!found) return found.error();
        const auto removed = store::remove_api_key(s, id);
        if (!removed) return removed;
        note_in_audit(s, by, now, "api_key.revoked", id,
                      details_of(found->name, known_permissions(found->permissions)));
        return {};
    };
    const auto done = co_await database_.write(work);
    own_changes_.fetch_add(1, std::memory_order_release); // an error may leave it open whether it was made
    co_return done;
}

// --- checking

api_keys::stamps api_keys::stamps_now() const noexcept
{
    return {database_.changes().foreign.load(acquire), own_changes_.load(acquire)};
}

std::optional<api_keys::found_key> api_keys::find_known(const std::string& digest, core::precise_timestamp now)
{
    if (!database_.changes().are_known()) return std::nullopt;
    const auto current = stamps_now();
    const std::lock_guard lock(mutex_);
    if (known_when_ != current) return std::nullopt;
    const auto found = known_.find(digest);
    if (found == known_.end() || is_past(found->second.expires, now)) return std::nullopt;
    return use(found->second, now);
}

api_keys::found_key api_keys::use(known_key& k, core::precise_timestamp now)
{
    const bool due = !k.last_noted || now - *k.last_noted >= between_notes;
    if (due) k.last_noted = now;
    return {k.who, due};
}

api_keys::found_key api_keys::remember(const std::string& digest, known_key k, stamps when, core::precise_timestamp now)
{
    auto used = use(k, now);
    const std::lock_guard lock(mutex_);
    if (when != stamps_now()) return used; // it was read before a change
    if (known_when_ != when || known_.size() >= most_remembered) known_.clear();
    known_when_ = when;
    known_[digest] = std::move(k);
    return used;
}

core::task<core::result<api_key_identity>> api_keys::check(std::string_view key)
{
    if (!may_be_key(key)) co_return core::errc::invalid_token;
    const auto digest = digest_of(key);
    const auto now = clock_.precise_now();
    auto known = find_known(digest, now);
    if (!known) {
        // Before the database is asked, so that a change meanwhile makes its answer old.
        const auto when = stamps_now();
        const auto look = [&](store::session& s) { return store::find_api_key_by_digest(s, digest); };
        auto row = co_await database_.read(look);
        if (!row && row.error() != core::errc::not_found) co_return row.error();
        if (!row || is_past(row->expires, now)) co_return core::errc::invalid_token;
        known_key read{{std::move(row->id), known_permissions(row->permissions)}, row->expires, row->last_used};
        known = remember(digest, std::move(read), when, now);
    }
    if (known->is_to_be_noted) {
        const auto executor = co_await core::asio::this_coro::executor;
        core::asio::co_spawn(executor, note_use(database_, known->who.id, now), core::asio::detached);
    }
    co_return std::move(known->who);
}

} // namespace watchword::accounts
