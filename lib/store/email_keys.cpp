#include "store/email_keys.hpp"

#include "core/caseless.hpp"
#include "core/log.hpp"
#include "store/session.hpp"
#include "store/stored_settings.hpp"
#include "store/users.hpp"

#include <charconv>
#include <chrono>
#include <optional>

namespace watchword::store {
namespace {

constexpr std::size_t longest_key = 1024;
constexpr std::string_view progress_setting = "email_keys_up_to"; // the highest id whose key is kept if it needs one

struct keep_key_query {
    long long user_id = 0;
    std::string key;
    soci::statement statement;

    explicit keep_key_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_email_key (user_id, email_key) VALUES (:id, :key) "
                                    "ON CONFLICT (user_id) DO UPDATE SET email_key = excluded.email_key",
                     soci::use(user_id), soci::use(key)))
    {}
};

struct forget_key_query {
    long long user_id = 0;
    soci::statement statement;

    explicit forget_key_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM watchword_email_key WHERE user_id = :id", soci::use(user_id)))
    {}
};

struct addresses_query {
    long long after = 0, id = 0;
    std::string email;
    soci::indicator state = soci::i_null;
    soci::statement statement;

    explicit addresses_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, email FROM \"user\" WHERE id > CAST(:after AS bigint) "
                                    "ORDER BY id LIMIT 10000",
                     soci::use(after), soci::into(id), soci::into(email, state)))
    {}
};

// The id of the last user it has looked at; nothing if there was none.
std::optional<std::int64_t> complete_page(session& s, std::int64_t after)
{
    auto& q = s.prepared<addresses_query>();
    q.after = after;
    std::optional<std::int64_t> last;
    q.statement.execute();
    while (q.statement.fetch()) {
        last = q.id;
        // Only where there must be one: most have none, and those who have need not be asked about.
        if (q.state == soci::i_ok && email_key(q.email) != q.email) keep_email_key(s, q.id, q.email);
    }
    if (last) set_setting(s, progress_setting, std::to_string(*last));
    return last;
}

} // namespace

std::string email_key(std::string_view email)
{
    auto key = core::caseless_key(email);
    return key.size() <= longest_key ? key : std::string(email);
}

void keep_email_key(session& s, std::int64_t user_id, std::string_view email)
{
    auto key = email_key(email);
    if (key == email) {
        auto& q = s.prepared<forget_key_query>();
        q.user_id = user_id;
        q.statement.execute(true);
    } else {
        auto& q = s.prepared<keep_key_query>();
        q.user_id = user_id;
        q.key = std::move(key);
        q.statement.execute(true);
    }
}

std::int64_t email_keys_up_to(session& s)
{
    std::int64_t id = before_all_users;
    const auto text = find_setting(s, progress_setting);
    if (text) std::from_chars(text->data(), text->data() + text->size(), id);
    return id;
}

void complete_email_keys(session& s)
{
    constexpr std::chrono::seconds silence(2);
    auto next_word = std::chrono::steady_clock::now() + silence;
    for (bool more = true; more;) {
        s.begin();
        try {
            s.lock_schema(); // of several servers that start at once, one does it
            const auto last = complete_page(s, email_keys_up_to(s));
            more = last.has_value();
            if (more) {
                s.commit();
            } else {
                s.rollback();
            }
            if (more && std::chrono::steady_clock::now() > next_word) {
                next_word += silence;
                core::log::info("looking at addresses that other programs have added", {{"up_to_user", *last}});
            }
        } catch (...) {
            s.rollback();
            throw;
        }
    }
}

} // namespace watchword::store
