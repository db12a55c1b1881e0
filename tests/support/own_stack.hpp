#pragma once

#include <functional>
#include <string>

namespace watchword::test {

// Runs `work` on a thread whose stack held nothing before; what that stack holds in the end. std::runtime_error if
// there can be no such thread. Sanitizers keep parts of frames elsewhere: tests that look for secrets leave them out.
std::string left_on_stack(const std::function<void()>& work);

} // namespace watchword::test
