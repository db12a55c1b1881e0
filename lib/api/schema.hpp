#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::api {

struct member;

// What a JSON value may be: judges what clients send, and is written into /openapi.json, so that both say the same
// (JSON Schema 2020-12, in the part that OpenAPI 3.1 and we use). A value; thread-safe as long as nobody changes it.
struct schema {
    enum class type : std::uint8_t { text, integer, boolean, object, array, anything };
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    type is = type::anything;
    std::string format{};         // of text: "email", which is judged; for readers "date-time", "password"
    std::size_t least = 0;        // characters of text, elements of an array
    std::size_t most = unlimited; // the same
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    std::vector<std::string> choices{}; // the only texts; none: any
    bool nullable = false;
    bool open = false;           // an object may have other members, too
    std::vector<member> members; // of an object, in the order they are shown
    std::vector<schema> items{}; // of an array: what each element is
    std::string name{};          // under which /openapi.json keeps it once; empty: in place
    std::string description{};

    // The same with another description.
    schema about(std::string text) const;
    // The same, or null.
    schema or_null() const;
};

struct member {
    std::string name;
    schema is;
    bool required = true;
};

schema text(std::size_t least = 0, std::size_t most = schema::unlimited, std::string format = {});
schema one_of(std::vector<std::string> choices);
schema integer(std::int64_t minimum, std::int64_t maximum = std::numeric_limits<std::int64_t>::max());
schema boolean();
schema list_of(schema items, std::size_t most = schema::unlimited);
schema object_of(std::vector<member> members);
// An object with any members.
schema open_object();
schema named(std::string name, schema);

// One thing that is wrong with what a client has sent.
struct input_error {
    std::string pointer; // RFC 6901: "/email"; empty: the whole. A parameter of the query: its name without a slash
    std::string_view code;
    std::string detail;
};
inline constexpr std::size_t most_errors = 16; // that are told of one body

// What is wrong with the value; empty: nothing. Codes: missing_field, unknown_field, invalid_type, invalid_value (a
// length, number or choice beyond what is allowed, and U+0000 in text, which no database keeps).
std::vector<input_error> judge(const schema&, const boost::json::value&);
// A parameter of a query or a path: text that stands for a value of that schema.
std::vector<input_error> judge_parameter(const schema&, std::string_view name, std::string_view value);

// As JSON Schema. Named ones become references to "#/components/schemas/NAME", and are put there.
boost::json::object describe(const schema&, boost::json::object& components);

} // namespace watchword::api
