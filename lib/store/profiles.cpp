#include "store/profiles.hpp"

#include "store/nullable_text.hpp"
#include "store/nullable_time.hpp"
#include "store/session.hpp"

namespace watchword::store {
namespace {

// One statement: of two at once, each changes what the other has left.
constexpr const char* keep_text =
    "INSERT INTO watchword_profile AS t (user_id, public_id, metadata, created, updated, version) "
    "SELECT id, public_id, COALESCE(CAST(:metadata AS text), '{}'), CAST(:created AS bigint), CAST(:now AS bigint), 1 "
    "FROM \"user\" WHERE id = :id AND public_id IS NOT NULL "
    "ON CONFLICT (user_id) DO UPDATE SET "
    "metadata = CASE WHEN t.public_id = excluded.public_id AND CAST(:kept AS bigint) = 1 THEN t.metadata "
    "ELSE excluded.metadata END, "
    "created = CASE WHEN t.public_id = excluded.public_id AND t.created IS NOT NULL THEN t.created "
    "ELSE excluded.created END, "
    "version = CASE WHEN t.public_id = excluded.public_id THEN t.version + 1 ELSE 1 END, "
    "public_id = excluded.public_id, updated = excluded.updated RETURNING version";

struct keep_profile_query {
    nullable_text metadata;
    nullable_time created;
    long long now = 0, id = 0, kept = 0, version = 0;
    soci::statement statement;

    explicit keep_profile_query(soci::session& sql)
        : statement((sql.prepare << keep_text, soci::use(metadata.value, metadata.state),
                     soci::use(created.value, created.state), soci::use(now), soci::use(id), soci::use(kept),
                     soci::into(version)))
    {}
};

} // namespace

core::result<std::int64_t> keep_profile(session& s, std::int64_t user_id, const profile_edit& e)
{
    auto& q = s.prepared<keep_profile_query>();
    q.metadata.set(e.metadata);
    q.created.set(e.created);
    q.now = to_stored(e.now);
    q.id = user_id;
    q.kept = e.metadata ? 0 : 1;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.version;
}

} // namespace watchword::store
