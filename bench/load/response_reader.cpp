#include "load/response_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace watchword::load {
namespace {

constexpr std::size_t longest_head = 64 * 1024;
constexpr std::size_t longest_line = 4096;
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::string_view end_of_line = "\r\n";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals(std::string_view text, std::string_view in_lower_case)
{
    return std::equal(text.begin(), text.end(), in_lower_case.begin(), in_lower_case.end(),
                      [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool read_number(std::string_view text, std::uint64_t& number, int base)
{
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return failed == std::errc() && end == text.data() + text.size();
}

} // namespace

void response_reader::start(bool to_head_request, const std::string* expected)
{
    state_ = state::reading;
    part_ = part::head;
    kept_.clear();
    body_bytes_ = 0;
    expected_ = expected;
    to_head_request_ = to_head_request;
    closes_ = false;
    body_fits_ = true;
    keeps_ = false;
    looks_at_body_ = expected != nullptr;
}

void response_reader::start_keeping(const std::string* expected)
{
    start(false, expected);
    keeps_ = looks_at_body_ = true;
    body_.clear();
}

std::size_t response_reader::feed(std::string_view bytes)
{
    std::size_t taken = 0;
    while (state_ == state::reading && taken < bytes.size()) {
        const auto rest = bytes.substr(taken);
        switch (part_) {
        case part::head: taken += feed_head(rest); break;
        case part::body:
        case part::body_until_close:
        case part::chunk: taken += feed_body(rest); break;
        case part::chunk_size:
        case part::chunk_end:
        case part::trailer: taken += feed_line(rest); break;
        }
    }
    return taken;
}

void response_reader::end_of_input()
{
    if (state_ != state::reading) return;
    state_ = part_ == part::body_until_close ? state::done : state::failed;
}

std::size_t response_reader::feed_head(std::string_view bytes)
{
    const auto before = kept_.size();
    if (before == 0) { // as a rule it comes whole
        const auto end = bytes.find(end_of_head);
        if (end != bytes.npos) {
            read_head(bytes.substr(0, end + end_of_line.size()));
            return end + end_of_head.size();
        }
    }
    kept_.append(bytes);
    const auto end = kept_.find(end_of_head, before < end_of_head.size() ? 0 : before - end_of_head.size());
    if (end == kept_.npos) {
        if (kept_.size() > longest_head) state_ = state::failed;
        return bytes.size();
    }
    const std::string head = kept_.substr(0, end + end_of_line.size());
    kept_.clear();
    read_head(head);
    return end + end_of_head.size() - before;
}

// "HTTP/1.1 200 OK" and fields, each line with its end.
void response_reader::read_head(std::string_view head)
{
    constexpr std::string_view version = "HTTP/1.";
    std::uint64_t status = 0;
    if (head.size() < 14 || !head.starts_with(version) || head[8] != ' ' || (head[12] != ' ' && head[12] != '\r') ||
        !read_number(head.substr(9, 3), status, 10)) {
        state_ = state::failed;
        return;
    }
    status_ = static_cast<unsigned>(status);
    closes_ = head[version.size()] == '0';
    has_length_ = chunked_ = false;
    left_ = 0;
    for (auto rest = head.substr(head.find(end_of_line) + end_of_line.size()); !rest.empty();) {
        const auto end = rest.find(end_of_line);
        read_field(rest.substr(0, end));
        rest.remove_prefix(end + end_of_line.size());
    }
    if (state_ == state::reading) enter_body();
}

void response_reader::read_field(std::string_view line)
{
    const auto colon = line.find(':');
    if (colon == line.npos) {
        state_ = state::failed;
        return;
    }
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (equals(name, "content-length")) {
        const auto before = left_;
        if (!read_number(value, left_, 10) || (has_length_ && left_ != before)) state_ = state::failed;
        has_length_ = true;
    } else if (equals(name, "transfer-encoding")) {
        chunked_ = equals(value, "chunked");
    } else if (equals(name, "connection")) {
        if (equals(value, "close")) closes_ = true;
        if (equals(value, "keep-alive")) closes_ = false;
    }
}

void response_reader::enter_body()
{
    if (status_ >= 100 && status_ < 200) return; // an interim response: another head follows
    const bool empty = to_head_request_ || status_ == 204 || status_ == 304;
    if (empty || (!chunked_ && has_length_ && left_ == 0)) {
        state_ = state::done;
    } else if (chunked_) {
        part_ = part::chunk_size;
    } else if (has_length_) {
        part_ = part::body;
    } else {
        part_ = part::body_until_close;
        closes_ = true;
    }
}

std::size_t response_reader::feed_body(std::string_view bytes)
{
    if (part_ == part::body_until_close) {
        take_body(bytes);
        return bytes.size();
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    take_body(bytes.substr(0, size));
    left_ -= size;
    if (left_ == 0) {
        if (part_ == part::body) {
            state_ = state::done;
        } else {
            part_ = part::chunk_end;
        }
    }
    return size;
}

void response_reader::take_body(std::string_view bytes)
{
    body_bytes_ += bytes.size();
    if (looks_at_body_) look_at_body(bytes);
}

void response_reader::look_at_body(std::string_view bytes)
{
    const auto before = body_bytes_ - bytes.size();
    if (expected_ && body_fits_) {
        const auto offset = std::min<std::uint64_t>(before, expected_->size());
        body_fits_ = std::string_view(*expected_).substr(offset, bytes.size()) == bytes;
    }
    if (keeps_) body_.append(bytes.substr(0, longest_kept_body - body_.size()));
}

std::size_t response_reader::feed_line(std::string_view bytes)
{
    const auto newline = bytes.find('\n');
    const auto size = newline == bytes.npos ? bytes.size() : newline + 1;
    kept_.append(bytes.substr(0, size));
    if (kept_.size() > longest_line) {
        state_ = state::failed;
    } else if (newline != bytes.npos) {
        const std::string line = std::exchange(kept_, {});
        if (line.ends_with(end_of_line)) {
            read_line(std::string_view(line).substr(0, line.size() - end_of_line.size()));
        } else {
            state_ = state::failed;
        }
    }
    return size;
}

void response_reader::read_line(std::string_view line)
{
    if (part_ == part::chunk_size) {
        if (!read_number(trim(line.substr(0, line.find(';'))), left_, 16)) state_ = state::failed;
        part_ = left_ == 0 ? part::trailer : part::chunk;
    } else if (part_ == part::chunk_end) {
        if (!line.empty()) state_ = state::failed;
        part_ = part::chunk_size;
    } else if (line.empty()) { // after the trailer
        state_ = state::done;
    }
}

} // namespace watchword::load
