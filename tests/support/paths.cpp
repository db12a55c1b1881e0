#include "support/paths.hpp"

namespace watchword::test {

std::string source_file(const std::string& relative)
{
    return SOURCE_DIRECTORY "/" + relative;
}

std::string built_file(const std::string& relative)
{
    return BUILD_DIRECTORY "/" + relative;
}

} // namespace watchword::test
