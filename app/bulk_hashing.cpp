#include "bulk_hashing.hpp"

#include "accounts/password_forms.hpp"

#include <atomic>
#include <exception>
#include <thread>

namespace watchword::app {

std::vector<std::string> hash_all(crypto::password_hasher& hasher, std::size_t slots,
                                  std::span<const core::secret_string> passwords, core::random_source& random)
{
    std::vector<std::string> hashes(passwords.size());
    std::vector<std::exception_ptr> failures(slots);
    std::atomic<std::size_t> next{0};
    const auto work = [&](std::size_t slot) {
        try {
            for (auto i = next++; i < passwords.size(); i = next++)
                if (!passwords[i].empty())
                    hashes[i] = accounts::hash_password(hasher, slot, passwords[i].view(), random);
        } catch (...) {
            failures[slot] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads; // joined at the end, also if one of them cannot be started
        for (std::size_t slot = 0; slot < slots; ++slot) threads.emplace_back(work, slot);
    }
    for (const auto& f : failures)
        if (f) std::rethrow_exception(f);
    return hashes;
}

} // namespace watchword::app
