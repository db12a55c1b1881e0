#include "accounts/key_problem.hpp"

#include <string>

namespace watchword::accounts {
namespace {

class key_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "watchword.key"; }

    std::string message(int value) const override
    {
        switch (static_cast<key_problem>(value)) {
        case key_problem::other_secret:
            return "a key of the database was sealed with another secret (watchword key list shows which); start with "
                   "that one, or give up the key (watchword key retire KID) or all (watchword key retire --all)";
        case key_problem::unknown_algorithm: return "a signing key is of an algorithm that this version does not know";
        case key_problem::waiting: return "the next signing key is published already";
        case key_problem::other_algorithm: return "the key is of another algorithm than tokens.algorithm";
        }
        return "unknown error";
    }
};

} // namespace

core::error_code make_error_code(key_problem p) noexcept
{
    static const key_category category;
    return {static_cast<int>(p), category};
}

} // namespace watchword::accounts
