#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::load {

// A value of a JSON file and where it stands there, as "classes[2].headers.host". Members throw std::runtime_error
// that names the place. The value must outlive it.
class json_place {
public:
    json_place(const boost::json::value& v, std::string name) : value_(&v), name_(std::move(name)) {}

    const std::string& name() const noexcept { return name_; }
    const boost::json::value& value() const noexcept { return *value_; }
    bool is_text() const noexcept { return value_->is_string(); }

    std::string text() const;
    double number(double least, double most) const;
    std::uint64_t count(std::uint64_t least, std::uint64_t most) const;
    bool yes_or_no() const;
    std::vector<json_place> items() const;
    std::vector<std::pair<std::string, json_place>> members() const;

    [[noreturn]] void refuse(const std::string& why) const;

private:
    const boost::json::value* value_;
    std::string name_;
};

} // namespace watchword::load
