#pragma once

#include "load/run.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace watchword::test {

// What the load generator reports of a run without a warm-up.
boost::json::object run_load(const std::string& address, std::vector<std::string_view> arguments);

// A number of it, by names with dots between.
std::uint64_t number(const boost::json::object& report, std::string_view path);

} // namespace watchword::test
