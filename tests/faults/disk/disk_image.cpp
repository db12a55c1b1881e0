#include "disk_image.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <sys/stat.h>

namespace watchword::test {
namespace {

constexpr std::size_t page_size = 4096, sector_size = 512;

std::string read_whole(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(in)), {});
    if (!in) throw std::runtime_error("cannot read " + path.string());
    return content;
}

} // namespace

disk_image::disk_image(const std::filesystem::path& from)
{
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
        struct stat status {};
        if (::stat(entry.path().c_str(), &status) != 0) throw std::runtime_error("cannot see " + entry.path().string());
        const auto id = create(entry.path().filename(), status.st_mode & 0777);
        files_.at(id).now = files_.at(id).durable = read_whole(entry.path());
    }
    sync_names();
}

void disk_image::save_after_power_loss(const std::filesystem::path& to, const losses& lost) const
{
    std::mt19937_64 random(lost.seed);
    auto names = names_.durable;
    if (!lost.everything_unsynced) { // a journal keeps their order
        const auto kept = random() % (names_.unsynced.size() + 1);
        for (std::size_t i = 0; i < kept; ++i) apply(names, names_.unsynced[i]);
    }
    for (const auto& entry : std::filesystem::directory_iterator(to)) std::filesystem::remove(entry.path());
    for (const auto& [name, id] : names) {
        const auto& f = files_.at(id);
        const auto content = lost.everything_unsynced ? f.durable : partly_written(f, random());
        std::ofstream out(to / name, std::ios::binary);
        out.write(content.data(), static_cast<std::streamsize>(content.size())).flush();
        if (!out || ::chmod((to / name).c_str(), f.mode) != 0)
            throw std::runtime_error("cannot write " + (to / name).string());
    }
}

std::optional<disk_image::file_id> disk_image::find(const std::string& name) const
{
    const auto found = names_.now.find(name);
    if (found == names_.now.end()) return std::nullopt;
    return found->second;
}

unsigned disk_image::links(file_id id) const
{
    const auto is_it = [id](const auto& entry) { return entry.second == id; };
    return static_cast<unsigned>(std::count_if(names_.now.begin(), names_.now.end(), is_it));
}

void disk_image::add(renaming r)
{
    apply(names_.now, r);
    names_.unsynced.push_back(std::move(r));
}

disk_image::file_id disk_image::create(const std::string& name, ::mode_t m)
{
    const file_id id = files_.size() + 1;
    files_.emplace(id, file{m, {}, {}});
    link(id, name);
    return id;
}

void disk_image::link(file_id id, const std::string& name)
{
    add({{name, id}});
}

void disk_image::unlink(const std::string& name)
{
    add({{name, std::nullopt}});
}

void disk_image::rename(const std::string& from, const std::string& to)
{
    if (from != to) add({{to, names_.now.at(from)}, {from, std::nullopt}});
}

void disk_image::write(file_id id, std::size_t offset, std::string_view bytes)
{
    auto& f = files_.at(id);
    f.unsynced.push_back({offset, std::string(bytes)});
    apply(f.now, f.unsynced.back());
}

void disk_image::truncate(file_id id, std::size_t size)
{
    auto& f = files_.at(id);
    f.unsynced.push_back({size, std::nullopt});
    apply(f.now, f.unsynced.back());
}

void disk_image::sync(file_id id)
{
    auto& f = files_.at(id);
    for (const auto& c : f.unsynced) apply(f.durable, c);
    f.unsynced.clear();
}

void disk_image::fail_to_sync(file_id id)
{
    files_.at(id).unsynced.clear();
}

void disk_image::sync_names()
{
    names_.durable = names_.now;
    names_.unsynced.clear();
}

std::size_t disk_image::unsynced() const
{
    auto count = names_.unsynced.size();
    for (const auto& [id, f] : files_) count += f.unsynced.size();
    return count;
}

void disk_image::apply(std::string& content, const change& c)
{
    if (!c.bytes) {
        content.resize(c.offset);
        return;
    }
    content.resize(std::max(content.size(), c.offset + c.bytes->size()));
    content.replace(c.offset, c.bytes->size(), *c.bytes);
}

void disk_image::apply(std::map<std::string, file_id>& names, const renaming& r)
{
    for (const auto& [name, id] : r) {
        if (id) {
            names[name] = *id;
        } else {
            names.erase(name);
        }
    }
}

// Each page was written back at a time of its own, some of them while they were being written: then the sectors before
// one are older than those behind it, or newer. The size, too, is as it was at some time.
std::string disk_image::partly_written(const file& f, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    const auto any_time = [&] { return random() % (f.unsynced.size() + 1); }; // so many changes had been made
    std::vector<std::size_t> sizes{f.durable.size()};
    for (const auto& c : f.unsynced)
        sizes.push_back(c.bytes ? std::max(sizes.back(), c.offset + c.bytes->size()) : c.offset);

    const bool stopped_at_once = random() % 3 == 0;
    const auto size_time = any_time();
    std::vector<std::size_t> times(*std::max_element(sizes.begin(), sizes.end()) / sector_size + 1, size_time);
    constexpr auto sectors = page_size / sector_size;
    for (std::size_t s = 0, torn_at = 0, first = 0, second = 0; s < times.size() && !stopped_at_once; ++s) {
        if (s % sectors == 0) {
            first = second = any_time();
            if (random() % 4 == 0) second = any_time();
            torn_at = s + random() % sectors;
        }
        times[s] = s < torn_at ? first : second;
    }

    auto content = f.durable;
    content.resize(*std::max_element(sizes.begin(), sizes.end()));
    for (std::size_t i = 0; i < f.unsynced.size(); ++i) {
        const auto& c = f.unsynced[i];
        const auto end = c.bytes ? c.offset + c.bytes->size() : content.size(); // cut off: zeros, if it grows again
        for (auto at = c.offset; at < end;) {
            const auto part = std::min(end, at / sector_size * sector_size + sector_size) - at;
            if (i < times[at / sector_size] && c.bytes) content.replace(at, part, *c.bytes, at - c.offset, part);
            if (i < times[at / sector_size] && !c.bytes) content.replace(at, part, part, '\0');
            at += part;
        }
    }
    content.resize(sizes[size_time]);
    return content;
}

} // namespace watchword::test
