#include "crypto/cost_search.hpp"

#include "crypto/hash_bounds.hpp"
#include "crypto/phc.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace watchword::crypto {
namespace {

constexpr std::uint32_t step_kib = 1024, most_passes_listed = 3;
constexpr int attempts = 4;          // to find the memory for one number of passes
constexpr double near_enough = 0.95; // of the target

class search {
public:
    explicit search(const cost_search& s)
        : wanted_(s),
          limit_(std::clamp<std::uint32_t>(s.most_memory_kib / step_kib * step_kib, least_cost.memory_kib,
                                           hash_bounds::argon2_memory_kib)),
          least_(s.measure(least_cost))
    {}

    cost_proposal run()
    {
        cost_proposal p{{least_}, 0, least_.busy_ms <= wanted_.target_ms};
        if (!p.within_target) return p;
        for (std::uint32_t passes = 1; passes <= most_passes_listed; ++passes)
            if (const auto found = most_memory(passes); found && !is_least(*found)) p.choices.push_back(*found);
        p.proposed = best_of(p.choices);
        // If there is more time than memory, passes use it up.
        const measured_cost best = p.choices[p.proposed];
        if (best.cost.memory_kib != limit_ || best.cost.passes != most_passes_listed) return p;
        if (const auto found = most_passes(best)) {
            p.proposed = p.choices.size();
            p.choices.push_back(*found);
        }
        return p;
    }

private:
    bool fits(const measured_cost& m) const { return m.busy_ms <= wanted_.target_ms; }

    static bool is_least(const measured_cost& m)
    {
        return m.cost.memory_kib == least_cost.memory_kib && m.cost.passes == least_cost.passes;
    }

    // If the time of a hash rises as memory times passes, as it nearly does.
    std::uint32_t memory_for_target(const measured_cost& m, std::uint32_t passes) const
    {
        const double kib = wanted_.target_ms / m.busy_ms * m.cost.memory_kib * m.cost.passes / passes;
        return static_cast<std::uint32_t>(std::min<double>(kib, limit_)) / step_kib * step_kib;
    }

    std::optional<measured_cost> most_memory(std::uint32_t passes) const
    {
        const auto least = passes == 1 ? least_cost_of_one_pass.memory_kib : least_cost.memory_kib;
        std::optional<measured_cost> best;
        auto too_much = limit_ + step_kib; // takes longer than the target, or more than is allowed
        auto next = memory_for_target(least_, passes);
        for (int attempt = 0; attempt < attempts; ++attempt) {
            const auto tried_most = best ? best->cost.memory_kib + step_kib : least;
            next = std::min(next, too_much - step_kib);
            if (next < tried_most) break;
            const bool known = next == least_cost.memory_kib && passes == least_cost.passes;
            const auto m = known ? least_ : wanted_.measure({next, passes});
            if (fits(m)) {
                best = m;
                if (m.busy_ms >= near_enough * wanted_.target_ms) break;
            } else {
                too_much = next;
            }
            next = memory_for_target(m, passes);
        }
        return best;
    }

    // With all the memory that is allowed; nothing if no pass more fits.
    std::optional<measured_cost> most_passes(const measured_cost& first) const
    {
        const double affordable = first.cost.passes * wanted_.target_ms / first.busy_ms;
        auto passes = static_cast<std::uint32_t>(std::min<double>(affordable, hash_bounds::argon2_work_kib));
        while (passes > first.cost.passes && !is_within_bounds(first.cost.memory_kib, passes)) --passes;
        for (int attempt = 0; attempt < attempts && passes > first.cost.passes; ++attempt, --passes) {
            const auto m = wanted_.measure({first.cost.memory_kib, passes});
            if (fits(m)) return m;
        }
        return std::nullopt;
    }

    // Most memory first; of the same memory, most passes.
    static std::size_t best_of(const std::vector<measured_cost>& all)
    {
        const auto less = [](const measured_cost& a, const measured_cost& b) {
            return std::pair(a.cost.memory_kib, a.cost.passes) < std::pair(b.cost.memory_kib, b.cost.passes);
        };
        return static_cast<std::size_t>(std::max_element(all.begin(), all.end(), less) - all.begin());
    }

    const cost_search& wanted_;
    const std::uint32_t limit_; // of memory
    const measured_cost least_;
};

} // namespace

cost_proposal search_cost(const cost_search& s)
{
    return search(s).run();
}

} // namespace watchword::crypto
