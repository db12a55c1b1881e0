#include "refusals.hpp"

#include <iostream>
#include <stdexcept>

namespace watchword::app {

refusals::refusals(const std::string& file, progress& p) : name_(file), progress_(p)
{
    if (name_.empty()) return;
    file_.open(name_, std::ios::binary | std::ios::trunc);
    if (!file_) throw std::runtime_error(name_ + " cannot be written");
}

void refusals::add(std::uint64_t line, const std::string& reason)
{
    ++count_;
    const auto text = "line " + std::to_string(line) + ": " + reason;
    if (!name_.empty()) {
        file_ << text << "\n";
    } else if (count_ <= most_listed) {
        progress_.clear();
        std::cerr << "watchword: " << text << "\n";
    }
}

void refusals::finish()
{
    progress_.clear();
    if (name_.empty()) {
        if (count_ > most_listed)
            std::cerr << "watchword: and " << count_ - most_listed << " more (--report FILE lists them all)\n";
        return;
    }
    file_.flush();
    if (!file_) throw std::runtime_error(name_ + " could not be written");
}

} // namespace watchword::app
