#include "store/people.hpp"

#include "store/nullable_text.hpp"
#include "store/nullable_time.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace watchword::store {
namespace {

struct person_columns {
    long long id = 0, version = 0, generation = 0, disabled = 0;
    std::string public_id, metadata, roles;
    nullable_text name, email;
    nullable_time created, updated;

    person get() const
    {
        person p;
        p.id = id;
        p.public_id = public_id;
        p.name = name.get();
        p.email = email.get();
        p.metadata = metadata;
        p.created = created.get();
        p.updated = updated.get();
        p.version = version;
        p.generation = generation;
        p.disabled = disabled != 0;
        p.roles = roles;
        return p;
    }
    void exchange_into(soci::statement& statement)
    {
        statement.exchange(soci::into(id));
        statement.exchange(soci::into(public_id));
        statement.exchange(soci::into(name.value, name.state));
        statement.exchange(soci::into(email.value, email.state));
        statement.exchange(soci::into(metadata));
        statement.exchange(soci::into(created.value, created.state));
        statement.exchange(soci::into(updated.value, updated.state));
        statement.exchange(soci::into(version));
        statement.exchange(soci::into(generation));
        statement.exchange(soci::into(disabled));
        statement.exchange(soci::into(roles));
    }
};

constexpr std::string_view selected =
    "SELECT u.id, u.public_id, u.name, u.email, COALESCE(p.metadata, '{}'), p.created, p.updated, "
    "COALESCE(p.version, 0), COALESCE(t.generation, 0), COALESCE(t.disabled, 0), COALESCE(t.roles, '') FROM ";
constexpr std::string_view with_profile =
    "LEFT JOIN watchword_profile AS p ON p.user_id = u.id AND p.public_id = u.public_id ";
constexpr std::string_view of_everybody =
    "\"user\" AS u LEFT JOIN watchword_user_state AS t ON t.user_id = u.id AND t.public_id = u.public_id ";
// By the index of those few.
constexpr std::string_view of_the_marked =
    "watchword_user_state AS t JOIN \"user\" AS u ON u.id = t.user_id AND u.public_id = t.public_id ";
constexpr std::string_view is_marked = "(t.roles <> '' OR t.disabled <> 0) ";

bool is_sqlite(soci::session& sql)
{
    return sql.get_backend_name() == "sqlite3";
}

// That `text` contains a variable.
std::string contains(soci::session& sql, const std::string& text, const std::string& variable)
{
    return (is_sqlite(sql) ? "instr(" : "strpos(") + text + ", " + variable + ") > 0";
}
std::string has_role(soci::session& sql)
{
    return contains(sql, "' ' || t.roles || ' '", ":role");
}
// The same, whatever the case of ASCII's letters, which are all that SQLite's LIKE and the locale C know: LIKE takes a
// third of the time that lower() does.
std::string contains_caseless(soci::session& sql, const std::string& column, const std::string& variable)
{
    if (is_sqlite(sql)) return column + " LIKE " + variable + " ESCAPE '\\'";
    return contains(sql, "lower(" + column + " COLLATE \"C\")", variable);
}

enum filter_part : unsigned { by_text = 1, by_role = 2, disabled_only = 4, enabled_only = 8, all_parts = 15 };

// A statement for each combination: how it is best answered differs.
template <unsigned Filter> struct list_people_query : person_columns {
    std::string searched, role;
    long long after = 0, limit = 0;
    soci::statement statement;

    static constexpr bool marked = (Filter & (by_role | disabled_only)) != 0;

    static std::string text(soci::session& sql)
    {
        std::string all(selected);
        all.append(marked ? of_the_marked : of_everybody).append(with_profile).append("WHERE ");
        if constexpr (marked) {
            all.append(is_marked).append("AND t.user_id");
        } else {
            all.append("u.public_id IS NOT NULL AND u.id");
        }
        all += " > CAST(:after AS bigint)";
        if constexpr ((Filter & by_text) != 0)
            all += " AND (" + contains_caseless(sql, "u.email", ":searched") + " OR " +
                   contains_caseless(sql, "u.name", ":searched_too") + ")";
        if constexpr ((Filter & by_role) != 0) all += " AND " + has_role(sql);
        if constexpr ((Filter & disabled_only) != 0) all += " AND t.disabled <> 0";
        if constexpr ((Filter & enabled_only) != 0) all += " AND COALESCE(t.disabled, 0) = 0";
        return all + " ORDER BY " + (marked ? "t.user_id" : "u.id") + " LIMIT CAST(:limit AS bigint)";
    }

    explicit list_people_query(soci::session& sql) : statement(sql)
    {
        statement.exchange(soci::use(after));
        if constexpr ((Filter & by_text) != 0) {
            statement.exchange(soci::use(searched));
            statement.exchange(soci::use(searched));
        }
        if constexpr ((Filter & by_role) != 0) statement.exchange(soci::use(role));
        statement.exchange(soci::use(limit));
        exchange_into(statement);
        statement.alloc();
        statement.prepare(text(sql));
        statement.define_and_bind();
    }
};

struct list_terms {
    std::string searched, role;
    long long after = 0, limit = 0;
};

template <unsigned Filter> std::vector<person> list_with(session& s, const list_terms& t)
{
    auto& q = s.prepared<list_people_query<Filter>>();
    q.searched = t.searched;
    q.role = t.role;
    q.after = t.after;
    q.limit = t.limit;
    std::vector<person> all;
    q.statement.execute();
    while (q.statement.fetch()) all.push_back(q.get());
    return all;
}

using lister = std::vector<person> (*)(session&, const list_terms&);

template <std::size_t... Filters>
constexpr std::array<lister, sizeof...(Filters)> listers(std::index_sequence<Filters...>)
{
    return {&list_with<Filters>...};
}

struct find_person_query : person_columns {
    std::string wanted;
    soci::statement statement;

    explicit find_person_query(soci::session& sql) : statement(sql)
    {
        statement.exchange(soci::use(wanted));
        exchange_into(statement);
        statement.alloc();
        statement.prepare(
            std::string(selected).append(of_everybody).append(with_profile).append("WHERE u.public_id = :public_id"));
        statement.define_and_bind();
    }
};

struct role_held_query {
    std::string role;
    long long besides = 0, found = 0;
    soci::statement statement;

    static std::string text(soci::session& sql)
    {
        return "SELECT t.user_id FROM " + std::string(of_the_marked) + "WHERE " + std::string(is_marked) +
               "AND t.disabled = 0 AND " + has_role(sql) + " AND t.user_id <> CAST(:besides AS bigint) LIMIT 1";
    }

    explicit role_held_query(soci::session& sql)
        : statement((sql.prepare << text(sql), soci::use(role), soci::use(besides), soci::into(found)))
    {}
};

std::string spaced(std::string_view word)
{
    return " " + std::string(word) + " ";
}

std::string like_pattern(std::string_view text)
{
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

std::string lower_ascii(std::string_view text)
{
    std::string folded(text);
    for (auto& c : folded)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return folded;
}

} // namespace

std::vector<person> list_people(session& s, const people_filter& f, std::int64_t after_id, std::size_t limit)
{
    static constexpr auto all = listers(std::make_index_sequence<all_parts + 1>());
    unsigned which = (f.search.empty() ? 0u : by_text) | (f.role.empty() ? 0u : by_role);
    if (f.disabled) which |= *f.disabled ? disabled_only : enabled_only;
    const auto most = std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max());
    auto searched = s.kind() == dialect::sqlite ? like_pattern(f.search) : lower_ascii(f.search);
    return all[which](s, {std::move(searched), spaced(f.role), after_id, static_cast<long long>(most)});
}

core::result<person> find_person(session& s, std::string_view public_id)
{
    auto& q = s.prepared<find_person_query>();
    q.wanted = public_id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.get();
}

bool is_role_held(session& s, std::string_view role, std::int64_t besides_id)
{
    auto& q = s.prepared<role_held_query>();
    q.role = spaced(role);
    q.besides = besides_id;
    return fetch_one(q.statement);
}

void lock_administrators(session& s)
{
    s.lock_name("administrators");
}

} // namespace watchword::store
