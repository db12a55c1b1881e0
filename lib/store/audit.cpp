#include "store/audit.hpp"

#include "store/failure.hpp"
#include "store/open.hpp"
#include "store/session.hpp"
#include "store/stored_time.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

namespace watchword::store {
namespace {

struct event_columns {
    long long id = 0, time = 0;
    std::string actor_kind, actor_id, action, subject, details, address, request_id, chain;

    void define(soci::statement& statement)
    {
        statement.exchange(soci::into(id));
        statement.exchange(soci::into(time));
        for (auto* const each : {&actor_kind, &actor_id, &action, &subject, &details, &address, &request_id, &chain})
            statement.exchange(soci::into(*each));
    }
    audit_event event() const
    {
        return {id, from_stored(time), actor_kind, actor_id, action, subject, details, address, request_id, chain};
    }
};
constexpr std::string_view event_column_list =
    "id, time, actor_kind, actor_id, action, subject, details, address, request_id, chain";

struct append_query : event_columns {
    soci::statement statement;

    explicit append_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_audit (id, time, actor_kind, actor_id, action, subject, "
                                    "details, address, request_id, chain) VALUES (:id, :time, :actor_kind, :actor_id, "
                                    ":action, :subject, :details, :address, :request_id, :chain)",
                     soci::use(id), soci::use(time), soci::use(actor_kind), soci::use(actor_id), soci::use(action),
                     soci::use(subject), soci::use(details), soci::use(address), soci::use(request_id),
                     soci::use(chain)))
    {}
};

struct end_query {
    long long id = 0;
    std::string chain;
    soci::statement statement;

    explicit end_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, chain FROM watchword_audit ORDER BY id DESC LIMIT 1", soci::into(id),
                     soci::into(chain)))
    {}
};

struct events_after_query : event_columns {
    long long after = 0, limit = 0;
    soci::statement statement;

    explicit events_after_query(soci::session& sql) : statement(sql)
    {
        statement.exchange(soci::use(after));
        statement.exchange(soci::use(limit));
        define(statement);
        statement.alloc();
        statement.prepare("SELECT " + std::string(event_column_list) +
                          " FROM watchword_audit WHERE id > CAST(:after AS bigint) ORDER BY id "
                          "LIMIT CAST(:limit AS bigint)");
        statement.define_and_bind();
    }
};

struct add_checkpoint_query {
    long long event = 0, time = 0;
    std::string jws;
    soci::statement statement;

    explicit add_checkpoint_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_audit_checkpoint (event, time, jws) VALUES (:event, :time, "
                                    ":jws) ON CONFLICT DO NOTHING",
                     soci::use(event), soci::use(time), soci::use(jws)))
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
        return "SELECT " + std::string(event_column_list) + " FROM watchword_audit WHERE " + where +
               "id < CAST(:before AS bigint) ORDER BY id DESC LIMIT CAST(:limit AS bigint)";
    }

    explicit list_events_query(soci::session& sql) : statement(sql)
    {
        if constexpr ((Filter & by_actor) != 0) statement.exchange(soci::use(actor));
        if constexpr ((Filter & by_subject) != 0) statement.exchange(soci::use(subject_wanted));
        if constexpr ((Filter & by_action) != 0) statement.exchange(soci::use(action_wanted));
        statement.exchange(soci::use(before));
        statement.exchange(soci::use(limit));
        define(statement);
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
    while (q.statement.fetch()) all.push_back(q.event());
    return all;
}

using lister = std::vector<audit_event> (*)(session&, const audit_filter&, long long before, long long limit);

template <std::size_t... Filters>
constexpr std::array<lister, sizeof...(Filters)> listers(std::index_sequence<Filters...>)
{
    return {&list_with<Filters>...};
}

long long to_limit(std::size_t count)
{
    return static_cast<long long>(std::min<std::size_t>(count, std::numeric_limits<std::int32_t>::max()));
}

} // namespace

void append_audit_event(session& s, const audit_event& e)
{
    auto& q = s.prepared<append_query>();
    q.id = e.id;
    q.time = to_stored(e.time);
    q.actor_kind = e.actor_kind;
    q.actor_id = e.actor_id;
    q.action = e.action;
    q.subject = e.subject;
    q.details = e.details;
    q.address = e.address;
    q.request_id = e.request_id;
    q.chain = e.chain;
    q.statement.execute(true);
}

audit_end lock_audit_end(session& s)
{
    s.lock_name("audit log");
    auto& q = s.prepared<end_query>();
    if (!fetch_one(q.statement)) return {};
    return {q.id, q.chain};
}

std::vector<audit_event> list_audit_events_after(session& s, std::int64_t id, std::size_t limit)
{
    auto& q = s.prepared<events_after_query>();
    q.after = id;
    q.limit = to_limit(limit);
    std::vector<audit_event> all;
    q.statement.execute();
    while (q.statement.fetch()) all.push_back(q.event());
    return all;
}

std::int64_t last_audit_checkpoint(session& s)
{
    long long event = 0;
    s.sql() << "SELECT COALESCE(MAX(event), 0) FROM watchword_audit_checkpoint", soci::into(event);
    return event;
}

void add_audit_checkpoint(session& s, const audit_checkpoint& c)
{
    auto& q = s.prepared<add_checkpoint_query>();
    q.event = c.event;
    q.time = to_stored(c.time);
    q.jws = c.jws;
    q.statement.execute(true);
}

std::vector<audit_event> list_audit_events(session& s, const audit_filter& f, std::optional<std::int64_t> before_id,
                                           std::size_t limit)
{
    static constexpr auto all = listers(std::make_index_sequence<all_parts + 1>());
    const long long before = before_id.value_or(std::numeric_limits<std::int64_t>::max());
    const unsigned which =
        (f.actor.empty() ? 0u : by_actor) | (f.subject.empty() ? 0u : by_subject) | (f.action.empty() ? 0u : by_action);
    return all[which](s, f, before, to_limit(limit));
}

struct audit_reader::parts {
    std::unique_ptr<backend> opened;
    std::unique_ptr<session> reader;

    // In a transaction of its own: what is asked for later may be newer.
    template <class Work> auto read(const Work& work)
    try {
        using rows = decltype(work(*reader));
        if (!reader->has_table("watchword_audit_checkpoint")) return rows();
        reader->begin();
        auto found = work(*reader);
        reader->rollback();
        return found;
    } catch (const soci::soci_error& e) {
        throw std::runtime_error("the database cannot be read: " + describe(e));
    }
};

audit_reader::audit_reader(const database_settings& settings)
try : parts_(std::make_unique<parts>()) {
    parts_->opened = open_backend_for_reading(settings);
    parts_->reader = parts_->opened->connect(access::read);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

audit_reader::~audit_reader() = default;

std::vector<audit_event> audit_reader::after(std::int64_t id, std::size_t limit)
{
    return parts_->read([&](session& s) { return list_audit_events_after(s, id, limit); });
}

std::vector<audit_event> audit_reader::last(std::size_t count)
{
    auto all = parts_->read([&](session& s) { return list_audit_events(s, {}, std::nullopt, count); });
    std::reverse(all.begin(), all.end());
    return all;
}

std::vector<audit_checkpoint> audit_reader::checkpoints()
{
    return parts_->read([](session& s) {
        std::vector<audit_checkpoint> all;
        long long event = 0, time = 0;
        std::string jws;
        soci::statement statement(
            (s.sql().prepare << "SELECT event, time, jws FROM watchword_audit_checkpoint ORDER BY event",
             soci::into(event), soci::into(time), soci::into(jws)));
        statement.execute();
        while (statement.fetch()) all.push_back({event, from_stored(time), jws});
        return all;
    });
}

} // namespace watchword::store
