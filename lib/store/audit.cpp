#include "store/audit.hpp"

#include "store/session.hpp"
#include "store/stored_time.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace watchword::store {
namespace {

struct event_columns {
    long long id = 0, time = 0;
    std::string actor_kind, actor_id, action, subject, details, address, request_id;
};

struct append_query : event_columns {
    soci::statement statement;

    explicit append_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_audit (time, actor_kind, actor_id, action, subject, "
                                    "details, address, request_id) VALUES (:time, :actor_kind, :actor_id, :action, "
                                    ":subject, :details, :address, :request_id)",
                     soci::use(time), soci::use(actor_kind), soci::use(actor_id), soci::use(action), soci::use(subject),
                     soci::use(details), soci::use(address), soci::use(request_id)))
    {}
};

// What a list is narrowed by, in the order of its variables.
enum filter_part : unsigned { by_actor = 1, by_subject = 2, by_action = 4, all_parts = 7 };

// A statement for each combination: the index that suits it is chosen when it is prepared.
template <unsigned Filter> struct list_events_query : event_columns {
    std::string actor, subject_wanted, action_wanted;
    long long before = 0, limit = 0;
    soci::statement statement;

    static std::string text()
    {
        std::string where;
        if constexpr ((Filter & by_actor) != 0) where += "actor_id = :actor AND ";
        if constexpr ((Filter & by_subject) != 0) where += "subject = :subject_wanted AND ";
        if constexpr ((Filter & by_action) != 0) where += "action = :action_wanted AND ";
        return "SELECT id, time, actor_kind, actor_id, action, subject, details, address, request_id "
               "FROM watchword_audit WHERE " +
               where + "id < CAST(:before AS bigint) ORDER BY id DESC LIMIT CAST(:limit AS bigint)";
    }

    explicit list_events_query(soci::session& sql) : statement(sql)
    {
        if constexpr ((Filter & by_actor) != 0) statement.exchange(soci::use(actor));
        if constexpr ((Filter & by_subject) != 0) statement.exchange(soci::use(subject_wanted));
        if constexpr ((Filter & by_action) != 0) statement.exchange(soci::use(action_wanted));
        statement.exchange(soci::use(before));
        statement.exchange(soci::use(limit));
        statement.exchange(soci::into(id));
        statement.exchange(soci::into(time));
        for (auto* const each : {&actor_kind, &actor_id, &action, &subject, &details, &address, &request_id})
            statement.exchange(soci::into(*each));
        statement.alloc();
        statement.prepare(text());
        statement.define_and_bind();
    }
};

template <unsigned Filter>
std::vector<audit_event> list_with(session& s, const audit_filter& f, long long before, long long limit)
{
    auto& q = s.prepared<list_events_query<Filter>>();
    q.actor = f.actor;
    q.subject_wanted = f.subject;
    q.action_wanted = f.action;
    q.before = before;
    q.limit = limit;
    std::vector<audit_event> all;
    q.statement.execute();
    while (q.statement.fetch())
        all.push_back({q.id, from_stored(q.time), q.actor_kind, q.actor_id, q.action, q.subject, q.details, q.address,
                       q.request_id});
    return all;
}

using lister = std::vector<audit_event> (*)(session&, const audit_filter&, long long before, long long limit);

template <std::size_t... Filters>
constexpr std::array<lister, sizeof...(Filters)> listers(std::index_sequence<Filters...>)
{
    return {&list_with<Filters>...};
}

} // namespace

void append_audit_event(session& s, const audit_event& e)
{
    auto& q = s.prepared<append_query>();
    q.time = to_stored(e.time);
    q.actor_kind = e.actor_kind;
    q.actor_id = e.actor_id;
    q.action = e.action;
    q.subject = e.subject;
    q.details = e.details;
    q.address = e.address;
    q.request_id = e.request_id;
    q.statement.execute(true);
}

std::vector<audit_event> list_audit_events(session& s, const audit_filter& f, std::optional<std::int64_t> before_id,
                                           std::size_t limit)
{
    static constexpr auto all = listers(std::make_index_sequence<all_parts + 1>());
    const long long before = before_id.value_or(std::numeric_limits<std::int64_t>::max());
    const auto most = static_cast<long long>(std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
    const unsigned which =
        (f.actor.empty() ? 0u : by_actor) | (f.subject.empty() ? 0u : by_subject) | (f.action.empty() ? 0u : by_action);
    return all[which](s, f, before, most);
}

} // namespace watchword::store
