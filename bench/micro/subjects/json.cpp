// The body of a login from a program.
#include "core/json.hpp"

#include "micro/subjects/all.hpp"

namespace watchword::micro {
namespace {

constexpr std::string_view login =
    R"({"email": "ann.marie@example.test", "password": "correct horse battery staple!", "remember": true})";

} // namespace

void add_json(subjects& all)
{
    const auto make = [] {
        const auto parsed = core::parse_json(login);
        require(parsed && parsed->as_object().size() == 3, "the JSON is read differently");
        return in_a_loop([] { return core::parse_json(login); });
    };
    all.push_back({"json/login", make, 500});
}

} // namespace watchword::micro
