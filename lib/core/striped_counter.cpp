#include "core/striped_counter.hpp"

namespace watchword::core {

std::size_t number_of_this_thread() noexcept
{
    static std::atomic<std::size_t> last{0};
    thread_local const std::size_t number = last.fetch_add(1, std::memory_order_relaxed);
    return number;
}

} // namespace watchword::core
