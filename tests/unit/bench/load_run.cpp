#include "load_run.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace watchword::test {

namespace json = boost::json;

json::object run_load(const std::string& address, std::vector<std::string_view> arguments)
{
    arguments.insert(arguments.end(), {"--quiet", "--warm-up", "0", address});
    return json::parse(load::run(load::parse_options(arguments)).report).as_object();
}

std::uint64_t number(const json::object& report, std::string_view path)
{
    const json::value* at = nullptr;
    const json::object* in = &report;
    for (;;) {
        const auto dot = std::min(path.find('.'), path.size());
        at = &in->at(path.substr(0, dot));
        if (dot == path.size()) break;
        in = &at->as_object();
        path.remove_prefix(dot + 1);
    }
    return static_cast<std::uint64_t>(at->to_number<double>());
}

} // namespace watchword::test
