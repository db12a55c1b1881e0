#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace watchword::store {

// Which of the numbers in the feed are this process's own changes, for which nobody has to be told again. Thread-safe.
//
// A connection that writes signs its changes with a name. Once the outcome of a commit is not known, that name is
// nobody's: the change may still be made, later, behind the back of those who kept copies.
class own_changes {
public:
    // `prefix` is no other process's.
    explicit own_changes(std::string prefix) : prefix_(std::move(prefix)) {}

    // A name for the connection that writes from now on.
    std::string take_name();
    // Gives up the name.
    void disown();
    bool is_own(std::string_view name) const;

    // A commit is about to be sent that will raise the number.
    void expect();
    // It was made, with that number, and its writer has raised the counters or will before he answers.
    void note(std::uint64_t number);

    enum class verdict { all_own, undecided, others };
    // Of the changes after `seen` up to `last`, which have been made. Undecided: one of them may be the one that is
    // expected; ask again. Otherwise they are forgotten, as are those before.
    verdict judge(std::uint64_t seen, std::uint64_t last);

private:
    static constexpr std::size_t most_kept = 4096; // while nobody takes them

    const std::string prefix_;
    mutable std::mutex mutex_; // guards what follows
    std::uint64_t names_ = 0;
    std::string name_;
    bool expecting_ = false;
    std::deque<std::uint64_t> numbers_; // rising
};

} // namespace watchword::store
