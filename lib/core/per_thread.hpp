#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace watchword::core {

// One T for each thread that asks, made on first use and destroyed with this object: a cache or a cryptographic
// context without locks. local() is thread-safe; what it returns belongs to the calling thread.
template <class T> class per_thread {
public:
    explicit per_thread(std::function<T()> make) : make_(std::move(make)) {}
    per_thread(const per_thread&) = delete;
    per_thread& operator=(const per_thread&) = delete;

    T& local()
    {
        struct last_used {
            std::uint64_t id = 0;
            T* value = nullptr;
        };
        thread_local last_used last;
        if (last.id != id_) last = {id_, &find_or_make()};
        return *last.value; // NOLINT(clang-analyzer-core.uninitialized.UndefReturn): no id_ is 0
    }

private:
    static std::uint64_t next_id() noexcept
    {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    T& find_or_make()
    {
        const std::lock_guard lock(mutex_);
        auto& slot = all_[std::this_thread::get_id()];
        if (!slot) slot = std::make_unique<T>(make_());
        return *slot;
    }

    const std::uint64_t id_ = next_id(); // never reused, unlike an address
    const std::function<T()> make_;
    std::mutex mutex_;
    std::unordered_map<std::thread::id, std::unique_ptr<T>> all_; // guarded by mutex_
};

} // namespace watchword::core
