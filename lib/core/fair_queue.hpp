#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace watchword::core {

// Who waits, as far as turns go: a hash that nobody can aim, such as a seeded core::address_hash. 0: whoever nobody
// knows, all together.
using client_key = std::uint64_t;

// A bounded queue that is fair between clients: they take turns, one item each, and inside a client it is first come,
// first served. A client that begins to wait gets its first turn after those that wait already, however much they
// have. With a single client it is an ordinary queue. Items live where their owners put them: once made, it allocates
// nothing, and takes the same time for everything but before(). Not thread-safe.
class fair_queue {
public:
    class item;

private:
    struct links {
        item* next = nullptr;
        item* previous = nullptr;
    };

public:
    // What can wait; derive from it. Must not move or end while it is queued.
    class item {
    public:
        explicit item(client_key client = 0) noexcept : client_(client) {}
        item(const item&) = delete;
        item& operator=(const item&) = delete;

        client_key client() const noexcept { return client_; }
        bool is_queued() const noexcept { return line_.next != nullptr; }

    protected:
        ~item() = default;

    private:
        friend class fair_queue;
        const client_key client_;
        links line_; // with the others of its client
        links age_;  // with everybody
        // The first of a client's line stands for the client:
        links turn_;                // with the other clients
        links level_;               // with those that have as many waiting
        item* chained_ = nullptr;   // the next client in its bucket
        std::size_t line_size_ = 0; // how many wait, itself among them
    };

    // For at most `capacity` items, with up to 32 bytes for each of them.
    explicit fair_queue(std::size_t capacity);
    fair_queue(const fair_queue&) = delete;
    fair_queue& operator=(const fair_queue&) = delete;

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    // How many items of a client wait.
    std::size_t waiting(client_key) const noexcept;

    // Of one that is not queued, while fewer than `capacity` are.
    void push(item&) noexcept;
    // Takes out the first item of the client whose turn it is. Not of an empty queue.
    item& pop() noexcept;
    // Takes out one that is queued, wherever it is. Its client keeps its turn if it has more.
    void erase(item&) noexcept;

    // The one that came before all others. Not of an empty queue.
    item& oldest() const noexcept { return *ages_.first; }
    // Who gives way, when the queue is full, to one more item of a client: the newest of the client with the most, as
    // long as that is left with no fewer than the other then has. So nobody's only item ever gives way. Null: nobody.
    item* gives_way_to(client_key) const noexcept;
    // How many items would go before one more item of a client, if no others came: of its own line all, of any other
    // as many as it takes turns until then. Whoever comes later in the round than this client is counted as if it came
    // before: one too many of each client that has more waiting, at most. Takes no more additions than this client has
    // items, and no more than the longest line has beyond those.
    std::size_t before(client_key) const noexcept;

private:
    // Items in a circle through one of their links, in an order that begins at `first`: null if there are none.
    template <auto Link> struct ring {
        item* first = nullptr;

        void push_back(item&) noexcept;
        void erase(item&) noexcept;
        void replace(item& old, item& by) noexcept;
        void rotate() noexcept { first = (first->*Link).next; }
    };
    // What is known of a number of items that a client may have waiting.
    struct level {
        ring<&item::level_> clients; // that have so many
        std::size_t at_least = 0;    // clients that have so many or more
    };

    item* const& find(client_key) const noexcept;
    item*& find(client_key) noexcept;
    void stand_in(item*& place, item& heir) noexcept;
    void set_line_size(item& first, std::size_t) noexcept;

    std::vector<item*> buckets_; // a power of two of them
    std::vector<level> levels_;
    ring<&item::age_> ages_;
    ring<&item::turn_> turns_; // begins with the client whose turn it is
    std::size_t size_ = 0, longest_line_ = 0;
};

} // namespace watchword::core
