// The query of a list: parsed, and two of its values read.
#include "http/query.hpp"

#include "micro/subjects/all.hpp"

namespace watchword::micro {
namespace {

constexpr std::string_view text = "limit=100&sort=created_at&order=desc&search=ann%20marie&cursor=eyJpZCI6MTIzNDU2fQ";

std::int64_t read_limit()
{
    const auto values = http::parse_query(text);
    if (!values) return 0;
    const auto search = http::single(*values, "search");
    const auto limit = http::single_integer(*values, "limit", 1, 1000);
    if (!search || *search != "ann marie" || !limit || !*limit) return 0;
    return **limit;
}

} // namespace

void add_query(subjects& all)
{
    const auto make = [] {
        require(read_limit() == 100, "the query is read differently");
        return in_a_loop(read_limit);
    };
    all.push_back({"query/list", make, 500});
}

} // namespace watchword::micro
