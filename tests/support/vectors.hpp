#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace watchword::test {

// A file under the shared directory (environment WATCHWORD_SHARED, else `shared` beside the checkout). Throws
// std::runtime_error naming it if it is not there: a missing vector fails the test that needs it.
std::string shared_path(std::string_view relative);
std::string read_file(const std::string& path);

// One line of a .jsonl file of vectors.
struct vector_case {
    boost::json::object fields;

    std::string text(std::string_view name) const; // empty if absent or no text
    std::int64_t number(std::string_view name) const;
    // <stem>_b64 decoded, or <stem>_zlib_b64 decoded and inflated.
    std::string bytes(std::string_view stem = "raw") const;
};

// `relative` to shared/vectors.
std::vector<vector_case> read_vectors(std::string_view relative);
// `relative` to tests/data.
std::vector<vector_case> read_own_vectors(std::string_view relative);

std::string base64_decode(std::string_view text);

} // namespace watchword::test
