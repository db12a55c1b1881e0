#pragma once

#include "load/class_plan.hpp"
#include "load/unique_names.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace watchword::load {

// One thread's members of a chain. A member that has been taken has a request under way, and nobody else gets it until
// it is given back or dropped. One thread.
class chain_pool {
public:
    using member = std::uint32_t;

    // Of `threads` this is number `thread`; it has no members yet. Plan and names must outlive it.
    chain_pool(const chain_plan&, std::size_t thread, std::size_t threads, unique_names&);

    // How many members there are to be from the start.
    std::size_t first_members() const noexcept { return first_members_; }
    // A new member, taken; `connection` is its own where members go by connection.
    member create(std::size_t connection);

    // The member for a request of this class on this connection, taken; none if nobody is ready for it.
    bool can_take(const class_plan&, std::size_t connection) const;
    member take(const class_plan&, std::size_t connection);
    void give_back(member);
    void drop(member);

    // Of a member that has been taken.
    std::vector<std::string>& values(member m) { return members_[m].values; }
    void set(member, std::uint32_t value, std::string text);

private:
    struct state {
        std::vector<std::string> values;
        std::uint32_t has = 0;
        bool taken = false;
    };
    struct line { // of members that have the same
        std::uint32_t has;
        std::deque<member> waiting;
    };

    void fill(member);
    member new_place(std::size_t connection);
    std::optional<std::size_t> line_for(std::uint32_t needs) const;
    member pop(std::size_t number);

    const chain_plan& plan_;
    unique_names& names_;
    std::size_t first_members_, most_;
    std::size_t threads_;
    std::vector<std::size_t> next_text_; // of each value; threads take turns
    std::vector<state> members_;
    std::vector<member> unused_;
    std::vector<line> lines_;
};

} // namespace watchword::load
