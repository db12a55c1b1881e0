#include "store/guest_lock.hpp"

#include "core/descriptor.hpp"
#include "store/byte_locks.hpp"
#include "store/lock_places.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace watchword::store {
namespace {

using namespace lock_places;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause{2}; // between two tries

// Calls it again and again until it is true; false if that takes too long.
template <class Try> bool comes_true(std::chrono::milliseconds patience, Try attempt)
{
    const auto end = steady_clock::now() + patience;
    while (!attempt()) {
        if (steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

// An owner's lock is on the whole file, and of the other kind. Another guest that asks has it for a moment, shared.
bool has_owner(int descriptor)
{
    if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
    ::flock(descriptor, LOCK_UN);
    return false;
}

bool leads_to(const std::filesystem::path& file, int descriptor, file_id& id)
{
    struct stat opened {
    }, named{};
    if (::fstat(descriptor, &opened) != 0 || ::stat(file.c_str(), &named) != 0) return false;
    id = id_of(opened);
    return id == id_of(named);
}

} // namespace

guest_lock::guest_lock(int descriptor, file_id id) : descriptor_(descriptor), id_(id) {}

std::unique_ptr<guest_lock> guest_lock::join(const std::filesystem::path& file, std::chrono::milliseconds patience)
{
    const std::lock_guard lock(held().mutex);
    refuse_if_held(file);
    core::descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (opened.get() < 0 && errno == ENOENT) return nullptr;
    if (opened.get() < 0) refuse(file, "cannot be opened for writing: " + why(errno));
    if (!has_owner(opened.get())) return nullptr;
    const auto enter = [&] { return try_lock_byte(opened.get(), guests, sharing::shared); };
    if (!comes_true(patience, enter)) refuse(file, "is in use by another running Watchword that lets nobody write now");
    file_id id{};
    // It may have been replaced, or its owner may have gone, while that was waited for.
    if (!leads_to(file, opened.get(), id) || !has_owner(opened.get())) return nullptr;
    std::unique_ptr<guest_lock> joined(new guest_lock(opened.get(), id));
    static_cast<void>(opened.release());
    held().ids.insert(id);
    return joined;
}

guest_lock::~guest_lock()
{
    const std::lock_guard lock(held().mutex);
    held().ids.erase(id_);
    ::close(descriptor_);
}

void guest_lock::begin_write(std::chrono::milliseconds patience)
{
    const auto enter = [this] {
        if (!try_lock_byte(descriptor_, gate, sharing::shared)) return false;
        const bool entered = try_lock_byte(descriptor_, writing, sharing::shared);
        unlock_byte(descriptor_, gate);
        return entered;
    };
    if (!comes_true(patience, enter))
        throw std::runtime_error("the server's checkpoint of the database takes too long");
}

void guest_lock::end_write() noexcept
{
    unlock_byte(descriptor_, writing);
}

bool guest_lock::await_look(std::chrono::milliseconds limit) const
{
    const auto phase = [this] { return find_locked_byte(descriptor_, phases, phase_count); };
    const auto first = phase();
    if (!first) return true;
    // An even phase: a look that may have begun before, so that it is the next one's end that counts.
    const auto enough = *first + ((*first - phases) % 2 == 0 ? 3 : 2);
    return comes_true(limit, [&] {
        const auto now = phase();
        return !now || *now >= enough;
    });
}

} // namespace watchword::store
