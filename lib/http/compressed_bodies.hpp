#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

namespace watchword::http {

// What shared bodies became when they were compressed, so that each is compressed once. Knows the last 16; a body is
// known by its owner, which is held weakly: no other body can be taken for one that is gone. Thread-safe.
class compressed_bodies {
public:
    using body = std::shared_ptr<const std::string>;

    // The right to compress a body, which only one caller has. If it goes without keep(), the next one may try.
    class claim {
    public:
        claim() = default;
        claim(claim&&) noexcept = default;
        claim& operator=(claim&&) = delete;
        ~claim();
        explicit operator bool() const noexcept { return source_ != nullptr; }
        // Null: not worth it, do not try again.
        void keep(body compressed);

    private:
        friend class compressed_bodies;
        claim(compressed_bodies& all, body source) : all_(&all), source_(std::move(source)) {}
        compressed_bodies* all_ = nullptr;
        body source_;
    };

    // One of: what `source` became; a claim, if nobody has begun; neither, while somebody is at it and when it was not
    // worth it: then it is sent as it is.
    struct found {
        body compressed;
        claim begun;
    };
    found find(const body& source);

private:
    enum class phase { empty, begun, done };
    struct entry {
        std::weak_ptr<const std::string> source;
        const std::string* address = nullptr; // one owner may have several
        body compressed;
        phase now = phase::empty;
    };

    entry* find_entry(const body& source) noexcept;
    entry& make_room() noexcept;
    void settle(const body& source, body compressed, phase);

    std::mutex mutex_; // guards what follows
    std::array<entry, 16> entries_;
    std::size_t oldest_ = 0;
};

} // namespace watchword::http
