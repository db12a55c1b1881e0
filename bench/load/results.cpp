#include "load/results.hpp"

#include <algorithm>

namespace watchword::load {

void failures::merge(const failures& other)
{
    connect += other.connect;
    handshake += other.handshake;
    reset += other.reset;
    closed += other.closed;
    timeout += other.timeout;
    bad_answer += other.bad_answer;
    unexpected_status += other.unexpected_status;
    wrong_body += other.wrong_body;
    no_value += other.no_value;
}

void class_tally::merge(const class_tally& other)
{
    requests += other.requests;
    for (const auto& [status, theirs] : other.statuses) {
        auto& mine = statuses[status];
        mine.in_window += theirs.in_window;
        mine.latency.merge(theirs.latency);
    }
}

void results::merge(const results& other)
{
    for (std::size_t i = 0; i < by_class.size(); ++i) by_class[i].merge(other.by_class[i]);
    failed.merge(other.failed);
    send_delay.merge(other.send_delay);
    connect_time.merge(other.connect_time);
    handshake_time.merge(other.handshake_time);
    resumed += other.resumed;
    connected_in_window += other.connected_in_window;
    started += other.started;
    dropped += other.dropped;
    acknowledged += other.acknowledged;
    waited += other.waited;
    not_sent += other.not_sent;
    reopened += other.reopened;
    idle_open += other.idle_open;
    idle_closed += other.idle_closed;
    received_bytes += other.received_bytes;
    window = std::max(window, other.window);
}

} // namespace watchword::load
