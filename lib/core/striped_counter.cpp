#include "core/striped_counter.hpp"

namespace watchword::core {

std::size_t detail::number_this_thread() noexcept
{
    static std::atomic<std::size_t> last{0};
    thread_number = last.fetch_add(1, std::memory_order_relaxed) + 1;
    return thread_number;
}

} // namespace watchword::core
