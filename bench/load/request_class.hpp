#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::load {

// Requests of one kind, counted together.
struct request_class {
    std::string name{"request"};
    std::uint32_t weight = 1; // its share of all requests, as against the other classes' weights
    std::string method{"GET"};
    std::string path{"/"};
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<std::string> bodies; // taken in turn; empty: requests have none
    // Headers of one request besides `headers`, taken in turn; not together with bodies.
    std::vector<std::pair<std::string, std::string>> headers_in_turn;
    std::vector<unsigned> expect{200}; // statuses; all others are unexpected
    std::optional<std::string> answer; // the body that every answer with an expected status must have
    bool expects(unsigned status) const;
};

// From a flag: name=NAME,weight=N,method=M,path=P,header=NAME:VALUE,body=B,expect=S|S,answer=B. Each may be left out;
// header and body may come several times; a comma that belongs to a value is written as \, and a backslash as \\.
// Throws std::runtime_error that says what cannot be understood.
request_class parse_class(std::string_view flag);

// From a scenario: {"classes": [{"name", "weight", "method", "path", "headers": {}, "headers_in_turn": {NAME: [VALUE]},
// "bodies": [], "expect": [], "answer"}, ...]}. Throws std::runtime_error; unknown members are errors.
std::vector<request_class> parse_scenario(std::string_view json);

// The bytes of its requests, one for each body or header in turn, and at least one.
std::vector<std::string> to_bytes(const request_class&, std::string_view host);

} // namespace watchword::load
