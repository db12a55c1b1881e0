#pragma once

#include "core/descriptor.hpp"
#include "core/secret.hpp"

#include <map>
#include <string>
#include <string_view>

namespace watchword::app {

// Variables of the environment that hold secrets, for as long as the program runs: a reload, or a successor, needs them
// again. They are neither in the environment, which others of this user can read, nor in this process's memory, but in
// a file without a name. One thread.
class kept_environment {
public:
    // What a predecessor of this process has kept, if `number` is its descriptor. Throws std::system_error.
    explicit kept_environment(int number = -1);

    // Instead of what was kept by that name.
    void keep(std::string_view name, std::string_view value);
    // Everything: NAME=VALUE and a NUL behind each. To be wiped soon.
    core::secret_string read() const;
    // Those texts by name; as long as they live.
    static std::map<std::string_view, std::string_view> parse(const core::secret_string&);

    // Of the file, for a successor; closed by exec. Negative if nothing was ever kept.
    int descriptor() const noexcept { return file_.get(); }

private:
    core::descriptor file_;
};

} // namespace watchword::app
