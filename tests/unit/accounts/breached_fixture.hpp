#pragma once

#include "accounts/breached_build.hpp"
#include "accounts/breached_filter.hpp"
#include "support/temporary_directory.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace watchword::test {

// A directory for lists and filters.
struct breached_fixture {
    temporary_directory directory;
    std::string list = directory / "list.txt", filter = directory / "filter";
    store::watcher watcher;
    std::vector<std::pair<std::uint64_t, std::string>> refused;

    accounts::breached_build_result build(const std::string& content,
                                          accounts::list_format format = accounts::list_format::automatic,
                                          bool replace = true)
    {
        write_file(list, content);
        refused.clear();
        const auto keep = [&](std::uint64_t number, std::string_view why) { refused.emplace_back(number, why); };
        return accounts::build_breached_filter({list, filter, format, replace}, keep, watcher);
    }
};

// Of a call that must throw std::runtime_error, what it says.
template <class Call> std::string problem_of(Call call)
{
    try {
        call();
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return "no problem";
}

} // namespace watchword::test
