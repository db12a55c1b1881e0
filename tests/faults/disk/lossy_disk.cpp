// lossy_disk DIRECTORY MOUNTPOINT [--keep-some SEED] [--sync-takes MICROSECONDS] [--cut-at-change N]
//
// A file system in user space whose power can be cut. It shows what is in DIRECTORY; changes stay in memory. At the
// cut, DIRECTORY is made to hold what a disk would, and the process ends: everything that was not synced is gone, or,
// with
// --keep-some, any part of it. SIGUSR1: the power goes. --cut-at-change: before the Nth change or sync.
// SIGUSR2: the next sync of a file fails with EIO, and what it should have written stays unwritten.
#define FUSE_USE_VERSION 312
#include "disk_image.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fuse_lowlevel.h>
#include <iostream>
#include <mutex>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace {

using watchword::test::disk_image;

struct options {
    std::string directory, mountpoint;
    disk_image::losses losses;
    std::chrono::microseconds sync_takes{0};
    std::size_t cut_at_change = 0;
};

constexpr double forever = 3600; // s: nobody else changes anything

// Thread-safe.
class disk {
public:
    explicit disk(options o) : options_(std::move(o)), image_(options_.directory) {}

    // Before everything that changes something. The lock belongs to the caller, who makes the change under it.
    std::unique_lock<std::mutex> begin_change()
    {
        std::unique_lock lock(mutex_);
        if (++changes_ == options_.cut_at_change) cut_locked();
        return lock;
    }
    std::unique_lock<std::mutex> look() { return std::unique_lock(mutex_); }

    // While a disk writes, others change what is not written yet.
    std::unique_lock<std::mutex> begin_sync()
    {
        std::this_thread::sleep_for(options_.sync_takes);
        auto lock = begin_change();
        ++syncs_;
        return lock;
    }

    [[noreturn]] void cut()
    {
        const auto lock = look();
        cut_locked();
    }

    disk_image& image() noexcept { return image_; }
    std::atomic<bool> fails_next_sync{false};

private:
    [[noreturn]] void cut_locked()
    {
        try {
            image_.save_after_power_loss(options_.directory, options_.losses);
            std::cerr << "cut after " << changes_ << " changes and " << syncs_ << " syncs with " << image_.unsynced()
                      << " unsynced" << std::endl;
            ::_exit(0);
        } catch (const std::exception& e) {
            std::cerr << e.what() << std::endl;
            ::_exit(1);
        }
    }

    const options options_;
    std::mutex mutex_; // guards everything below
    disk_image image_;
    std::size_t changes_ = 0, syncs_ = 0;
};

disk& disk_of(fuse_req_t request)
{
    return *static_cast<disk*>(fuse_req_userdata(request));
}

// The root directory has FUSE's number 1, a file that of the image and one more.
constexpr fuse_ino_t number(disk_image::file_id id)
{
    return id + FUSE_ROOT_ID;
}
constexpr disk_image::file_id id_of(fuse_ino_t inode)
{
    return inode - FUSE_ROOT_ID;
}

struct stat status_of(const disk_image& image, fuse_ino_t inode)
{
    struct stat s {};
    s.st_ino = inode;
    s.st_uid = ::getuid();
    s.st_gid = ::getgid();
    s.st_blksize = 4096;
    if (inode == FUSE_ROOT_ID) {
        s.st_mode = S_IFDIR | 0700;
        s.st_nlink = 2;
        return s;
    }
    const auto id = id_of(inode);
    s.st_mode = S_IFREG | image.mode(id);
    s.st_nlink = image.links(id);
    s.st_size = static_cast<off_t>(image.content(id).size());
    s.st_blocks = (s.st_size + 511) / 512;
    return s;
}

fuse_entry_param entry_of(const disk_image& image, disk_image::file_id id)
{
    fuse_entry_param e{};
    e.ino = number(id);
    e.attr = status_of(image, e.ino);
    e.attr_timeout = forever; // of names, nothing is remembered: links change under their other names
    return e;
}

void keep_pages(fuse_file_info* file)
{
    file->keep_cache = 1;
}

void look_up(fuse_req_t r, fuse_ino_t, const char* name)
{
    auto& d = disk_of(r);
    const auto lock = d.look();
    const auto id = d.image().find(name);
    if (!id) {
        fuse_reply_err(r, ENOENT);
        return;
    }
    const auto e = entry_of(d.image(), *id);
    fuse_reply_entry(r, &e);
}

void get_attributes(fuse_req_t r, fuse_ino_t inode, fuse_file_info*)
{
    auto& d = disk_of(r);
    const auto lock = d.look();
    const auto s = status_of(d.image(), inode);
    fuse_reply_attr(r, &s, forever);
}

void set_attributes(fuse_req_t r, fuse_ino_t inode, struct stat* wanted, int which, fuse_file_info*)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_change();
    if (inode != FUSE_ROOT_ID && (which & FUSE_SET_ATTR_SIZE) != 0)
        d.image().truncate(id_of(inode), static_cast<std::size_t>(wanted->st_size));
    if (inode != FUSE_ROOT_ID && (which & FUSE_SET_ATTR_MODE) != 0)
        d.image().set_mode(id_of(inode), wanted->st_mode & 0777);
    const auto s = status_of(d.image(), inode);
    fuse_reply_attr(r, &s, forever);
}

void create(fuse_req_t r, fuse_ino_t, const char* name, mode_t mode, fuse_file_info* file)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_change();
    const auto e = entry_of(d.image(), d.image().create(name, mode & 0777));
    keep_pages(file);
    fuse_reply_create(r, &e, file);
}

void open_file(fuse_req_t r, fuse_ino_t, fuse_file_info* file)
{
    keep_pages(file);
    fuse_reply_open(r, file);
}

void read(fuse_req_t r, fuse_ino_t inode, size_t size, off_t offset, fuse_file_info*)
{
    auto& d = disk_of(r);
    const auto lock = d.look();
    const std::string_view content = d.image().content(id_of(inode));
    const auto part = content.substr(std::min(static_cast<std::size_t>(offset), content.size()), size);
    fuse_reply_buf(r, part.data(), part.size());
}

void write(fuse_req_t r, fuse_ino_t inode, const char* bytes, size_t size, off_t offset, fuse_file_info*)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_change();
    d.image().write(id_of(inode), static_cast<std::size_t>(offset), {bytes, size});
    fuse_reply_write(r, size);
}

void sync(fuse_req_t r, fuse_ino_t inode, int, fuse_file_info*)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_sync();
    const bool fails = d.fails_next_sync.exchange(false);
    if (fails) {
        d.image().fail_to_sync(id_of(inode));
    } else {
        d.image().sync(id_of(inode));
    }
    fuse_reply_err(r, fails ? EIO : 0);
}

void sync_directory(fuse_req_t r, fuse_ino_t, int, fuse_file_info*)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_sync();
    d.image().sync_names();
    fuse_reply_err(r, 0);
}

void unlink(fuse_req_t r, fuse_ino_t, const char* name)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_change();
    d.image().unlink(name);
    fuse_reply_err(r, 0);
}

void rename(fuse_req_t r, fuse_ino_t, const char* from, fuse_ino_t, const char* to, unsigned flags)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_change();
    if (flags == 0) d.image().rename(from, to);
    fuse_reply_err(r, flags == 0 ? 0 : EINVAL);
}

void link(fuse_req_t r, fuse_ino_t inode, fuse_ino_t, const char* name)
{
    auto& d = disk_of(r);
    const auto lock = d.begin_change();
    d.image().link(id_of(inode), name);
    const auto e = entry_of(d.image(), id_of(inode));
    fuse_reply_entry(r, &e);
}

void read_directory(fuse_req_t r, fuse_ino_t, size_t size, off_t after, fuse_file_info*)
{
    auto& d = disk_of(r);
    const auto lock = d.look();
    std::string page(size, '\0');
    std::size_t used = 0;
    off_t place = 0;
    for (const auto& [name, id] : d.image().names()) {
        if (++place <= after) continue;
        const auto s = status_of(d.image(), number(id));
        const auto needed = fuse_add_direntry(r, page.data() + used, size - used, name.c_str(), &s, place);
        if (needed > size - used) break;
        used += needed;
    }
    fuse_reply_buf(r, page.data(), used);
}

fuse_lowlevel_ops operations()
{
    fuse_lowlevel_ops o{};
    o.lookup = look_up;
    o.getattr = get_attributes;
    o.setattr = set_attributes;
    o.create = create;
    o.open = open_file;
    o.read = read;
    o.write = write;
    o.fsync = sync;
    o.fsyncdir = sync_directory;
    o.unlink = unlink;
    o.rename = rename;
    o.link = link;
    o.readdir = read_directory;
    return o;
}

options read_options(int count, char** arguments)
{
    options o;
    if (count < 3) throw std::runtime_error("usage: lossy_disk DIRECTORY MOUNTPOINT [OPTION VALUE]...");
    o.directory = arguments[1];
    o.mountpoint = arguments[2];
    for (int i = 3; i + 1 < count; i += 2) {
        const std::string name = arguments[i];
        const auto value = std::stoull(arguments[i + 1]);
        if (name == "--keep-some") {
            o.losses = {false, value};
        } else if (name == "--sync-takes") {
            o.sync_takes = std::chrono::microseconds(value);
        } else if (name == "--cut-at-change") {
            o.cut_at_change = value;
        } else {
            throw std::runtime_error("unknown option " + name);
        }
    }
    return o;
}

// In a thread of its own; all others leave the signals to it.
void obey_signals(disk& d, const sigset_t& signals)
{
    for (int number = 0; ::sigwait(&signals, &number) == 0;) {
        if (number == SIGUSR1) d.cut();
        d.fails_next_sync = true;
    }
}

void serve(const options& o)
{
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGUSR1);
    ::sigaddset(&signals, SIGUSR2);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);

    disk d(o);
    std::thread([&] { obey_signals(d, signals); }).detach();
    char name[] = "lossy_disk";
    char* texts[] = {name, nullptr};
    fuse_args arguments = FUSE_ARGS_INIT(1, texts);
    const auto what = operations();
    fuse_session* const session = fuse_session_new(&arguments, &what, sizeof what, &d);
    if (session == nullptr || fuse_session_mount(session, o.mountpoint.c_str()) != 0)
        throw std::runtime_error("cannot mount");
    std::cerr << "mounted" << std::endl;
    fuse_session_loop_mt(session, nullptr);
    ::_exit(0); // unmounted: what is unsynced is gone too
}

} // namespace

int main(int count, char** arguments)
{
    try {
        serve(read_options(count, arguments));
    } catch (const std::exception& e) {
        std::cerr << "lossy_disk: " << e.what() << std::endl;
        return 1;
    }
}
