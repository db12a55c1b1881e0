#pragma once

#include "load/text_template.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::load {

struct request_body {
    std::string text;
    encoding values = encoding::none; // how what is filled in is written
};

// What an answer gives its chain: the string or number at a JSON pointer (RFC 6901) of its body.
struct kept_value {
    std::string name, pointer;
};

// Requests of one kind, counted together. Path, headers, bodies and ledger are templates (text_template.hpp).
struct request_class {
    std::string name{"request"};
    std::uint32_t weight = 1;    // its share of all requests, as against the other classes' weights; 0: never in turn
    double rate = 0;             // a second, at times of its own instead of the others'; 0: none
    std::size_t connections = 0; // of its own; 0: it shares the others'
    std::string method{"GET"};
    std::string path{"/"};
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<request_body> bodies; // taken in turn; empty: requests have none
    // Headers of one request besides `headers`, taken in turn; not together with bodies.
    std::vector<std::pair<std::string, std::string>> headers_in_turn;
    std::vector<unsigned> expect{200}; // statuses; all others are unexpected
    std::optional<std::string> answer; // the body that every answer with an expected status must have
    std::string chain;                 // the chain whose values it uses; empty: none
    bool starts = false;               // begins a new member of the chain
    bool ends = false;                 // the member is gone when this has been acknowledged
    std::vector<kept_value> keep;
    std::optional<std::string> ledger; // what the ledger says of each acknowledged request

    bool expects(unsigned status) const;
    bool has_own_lane() const { return connections != 0; }
};

// From a flag: name=NAME,weight=N,method=M,path=P,header=NAME:VALUE,body=B,expect=S|S,answer=B,ledger=TEXT. Each may
// be left out; header and body may come several times; a comma that belongs to a value is written as \, and a
// backslash as \\. Throws std::runtime_error that says what cannot be understood.
request_class parse_class(std::string_view flag);

// Throws std::runtime_error that says what does not go together.
void check_class(const request_class&);

constexpr unsigned lowest_status = 200, highest_status = 599;
constexpr std::uint32_t largest_weight = 1'000'000;

} // namespace watchword::load
