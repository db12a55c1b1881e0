#include "core/json.hpp"

#include "core/secret.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/memory_resource.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <unordered_set>
#include <vector>

namespace watchword::core {
namespace {

namespace json = boost::json;
using error_code = boost::system::error_code;

// Builds a value as boost::json::parser does, and refuses what that lets pass.
class strict_handler {
public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    explicit strict_handler(const json::storage_ptr& memory) : values_(memory) { values_.reset(memory); }

    json::value release() { return values_.release(); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&)
    {
        keys_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t size, error_code&)
    {
        keys_.pop_back();
        values_.push_object(size);
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t size, error_code&)
    {
        values_.push_array(size);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error_code&)
    {
        key_.append(part.data(), part.size());
        values_.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code& ec)
    {
        key_.append(part.data(), part.size());
        values_.push_key(part);
        const bool fresh = keys_.back().insert(std::exchange(key_, {})).second;
        return fresh || refuse(ec);
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&)
    {
        values_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, error_code&)
    {
        values_.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t value, json::string_view, error_code&)
    {
        values_.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, json::string_view, error_code&)
    {
        values_.push_uint64(value);
        return true;
    }
    bool on_double(double value, json::string_view, error_code& ec)
    {
        values_.push_double(value);
        return std::isfinite(value) || refuse(ec);
    }
    bool on_bool(bool value, error_code&)
    {
        values_.push_bool(value);
        return true;
    }
    bool on_null(error_code&)
    {
        values_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    static bool refuse(error_code& ec)
    {
        ec = errc::invalid_input;
        return false;
    }

    json::value_stack values_;
    std::vector<std::unordered_set<std::string>> keys_; // of each open object
    std::string key_;                                   // parts of the key being read
};

// Nobody aligns what JSON consists of by more than operator new does.
class wiped_memory final : public json::memory_resource {
    void* do_allocate(std::size_t size, std::size_t) override { return ::operator new(size); }
    void do_deallocate(void* place, std::size_t size, std::size_t) override
    {
        wipe(place, size);
        ::operator delete(place);
    }
    bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }
};

result<json::value> parse(std::string_view text, json_limits limits, std::size_t* error_offset,
                          const json::storage_ptr& memory)
{
    json::parse_options options;
    options.max_depth = limits.depth;
    options.allow_comments = limits.allow_comments;
    json::basic_parser<strict_handler> parser(options, memory);
    error_code ec;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
    if (error_offset)
        *error_offset = std::min(used, text.size()); // Boost.JSON 1.81 counts on past an unfinished comment
    if (ec || used != text.size()) return errc::invalid_input;
    return parser.handler().release();
}

} // namespace

result<json::value> parse_json(std::string_view text, json_limits limits, std::size_t* error_offset)
{
    return parse(text, limits, error_offset, {});
}

result<json::value> parse_secret_json(std::string_view text, json_limits limits)
{
    static wiped_memory memory;
    return parse(text, limits, nullptr, &memory);
}

} // namespace watchword::core
