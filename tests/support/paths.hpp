#pragma once

#include <string>

// Where things are that tests need. In one object file only, so that a compiler's cache serves every checkout.
namespace watchword::test {

// A file of the source tree.
std::string source_file(const std::string& relative);
// A file of the build that this test belongs to, such as "tests/lossy_disk".
std::string built_file(const std::string& relative);

} // namespace watchword::test
