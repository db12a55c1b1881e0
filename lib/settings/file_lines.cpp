#include "settings/file_lines.hpp"

#include "core/json.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <vector>

namespace watchword::settings {
namespace {

class scanner {
public:
    explicit scanner(std::string_view text) : text_(text) {}

    std::map<std::string, std::size_t> find()
    {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                read_text();
            } else if (text_.substr(at_).starts_with("//")) {
                skip_to("\n", 0);
            } else if (text_.substr(at_).starts_with("/*")) {
                skip_to("*/", 2);
            } else {
                see(c);
                ++at_;
            }
        }
        return std::move(lines_);
    }

private:
    void skip_to(std::string_view end, std::size_t more)
    {
        const auto begin = at_;
        at_ = std::min(text_.find(end, at_), text_.size() - more) + more;
        line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                     text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    }

    // A text is a name if a colon comes next; until then it is remembered.
    void read_text()
    {
        const auto begin = at_++;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        at_ = std::min(at_ + 1, text_.size());
        last_ = text_.substr(begin, at_ - begin);
    }

    void see(char c)
    {
        if (c == '\n') ++line_;
        if (c == '{') objects_.push_back(name_);
        if (c == '[') objects_.emplace_back(); // what is in a list has no name
        if ((c == '}' || c == ']') && !objects_.empty()) objects_.pop_back();
        if (c == ':') note();
    }

    void note()
    {
        const auto value = core::parse_json(last_);
        name_ = value && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
        if (name_.empty()) return;
        if (objects_.size() == 1) lines_.emplace(name_, line_);
        if (objects_.size() == 2) lines_.emplace(objects_.back() + "." + name_, line_);
    }

    std::string_view text_, last_;
    std::size_t at_ = 0, line_ = 1;
    std::vector<std::string> objects_; // the names under which the objects around here stand
    std::string name_;                 // the last one
    std::map<std::string, std::size_t> lines_;
};

} // namespace

std::map<std::string, std::size_t> find_lines(std::string_view text)
{
    return scanner(text).find();
}

} // namespace watchword::settings
