#pragma once

#include "load/scenario.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace watchword::load {

// A request with places to fill in.
class request_template {
public:
    request_template(const request_class&, const std::string& header_in_turn, const request_body*,
                     std::string_view host, const std::vector<std::string>& names);

    bool is_constant() const noexcept { return head_.is_constant() && body_.is_constant(); }
    std::uint32_t uses() const noexcept { return head_.uses() | body_.uses(); }
    void append_to(std::string&, const std::vector<std::string>& values) const;

private:
    text_template head_, body_;
    bool has_body_ = false;
};

// What is known of a class before the first request. Values are numbers, as value_names() counts them; sets of values
// are bits.
struct class_plan {
    struct kept {
        std::uint32_t value;
        std::string pointer;
    };

    std::vector<std::string> requests;    // constant ones, in turn
    std::vector<request_template> filled; // or these
    std::optional<text_template> ledger;
    std::optional<std::size_t> chain; // its number
    std::uint32_t needs = 0;          // what a member must have for it
    bool starts = false, ends = false;
    std::vector<kept> keep;
    bool is_plain = false; // constant, and its answers mean nothing to others
};

struct chain_plan {
    struct given {
        std::uint32_t value;
        std::vector<text_template> texts; // in turn
    };

    std::vector<given> values;
    std::uint32_t has = 0;             // what every member has from its start
    std::vector<std::size_t> prepare;  // classes
    std::size_t members = 0, most = 0; // of all threads
    std::size_t names = 0;             // how many values there are
    bool by_connection = false;
};

// Throw std::runtime_error that names the class or chain.
class_plan plan_class(const scenario&, const request_class&, std::string_view host);
chain_plan plan_chain(const scenario&, const chain&, const std::vector<class_plan>&);

} // namespace watchword::load
