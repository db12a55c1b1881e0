// GET /user after a change: the list is read from the database and serialised anew.
#include "api/user_list.hpp"

#include "micro/in_coroutine.hpp"
#include "micro/service.hpp"
#include "micro/subjects/all.hpp"

#include <memory>
#include <optional>

namespace watchword::micro {
namespace {

// A list that was never asked has nothing kept. The lists outlive the tasks that ask them.
class fresh_lists {
public:
    explicit fresh_lists(std::size_t users) : parts_(users) {}

    core::task<core::result<http::response>> ask()
    {
        list_.emplace(parts_.database());
        return list_->answer();
    }

private:
    service parts_;
    std::optional<api::user_list> list_;
};

void add_length(subjects& all, const char* name, std::size_t users, std::uint64_t counted)
{
    const auto make = [users] {
        const auto lists = std::make_shared<fresh_lists>(users);
        const auto answer = answer_of<core::result<http::response>>([&] { return lists->ask(); });
        require(answer && answer->body().find(public_id(users - 1)) != std::string_view::npos, "the list is short");
        return in_coroutine([lists] { return lists->ask(); });
    };
    all.push_back({name, make, counted});
}

} // namespace

void add_user_list(subjects& all)
{
    add_length(all, "user_list/3", 3, 50);
    add_length(all, "user_list/1000", 1000, 2);
}

} // namespace watchword::micro
