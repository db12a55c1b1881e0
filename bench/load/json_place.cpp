#include "load/json_place.hpp"

#include <stdexcept>

namespace watchword::load {
namespace {

std::string to_text(double number)
{
    auto text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

} // namespace

std::string json_place::text() const
{
    const auto* const text = value_->if_string();
    if (text == nullptr) refuse("must be a string");
    return std::string(*text);
}

double json_place::number(double least, double most) const
{
    const bool is_number = value_->is_number();
    const double number = is_number ? value_->to_number<double>() : 0;
    if (!is_number || !(number >= least && number <= most))
        refuse("must be a number from " + to_text(least) + " to " + to_text(most));
    return number;
}

std::uint64_t json_place::count(std::uint64_t least, std::uint64_t most) const
{
    boost::json::error_code failed;
    const auto count = value_->to_number<std::uint64_t>(failed);
    if (failed || count < least || count > most)
        refuse("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return count;
}

bool json_place::yes_or_no() const
{
    const auto* const flag = value_->if_bool();
    if (flag == nullptr) refuse("must be true or false");
    return *flag;
}

std::vector<json_place> json_place::items() const
{
    const auto* const array = value_->if_array();
    if (array == nullptr) refuse("must be an array");
    std::vector<json_place> all;
    for (const auto& v : *array) all.emplace_back(v, name_ + "[" + std::to_string(all.size()) + "]");
    return all;
}

std::vector<std::pair<std::string, json_place>> json_place::members() const
{
    const auto* const object = value_->if_object();
    if (object == nullptr) refuse("must be an object");
    std::vector<std::pair<std::string, json_place>> all;
    for (const auto& [key, v] : *object) {
        std::string member(key);
        all.emplace_back(member, json_place(v, name_.empty() ? member : name_ + "." + member));
    }
    return all;
}

void json_place::refuse(const std::string& why) const
{
    throw std::runtime_error((name_.empty() ? "it" : name_) + " " + why);
}

} // namespace watchword::load
