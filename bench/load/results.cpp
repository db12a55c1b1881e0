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

histogram& status_tally::in_interval(std::size_t number)
{
    if (over_time.size() <= number) over_time.resize(number + 1);
    return over_time[number];
}

void status_tally::merge(const status_tally& other)
{
    in_window += other.in_window;
    latency.merge(other.latency);
    for (std::size_t i = 0; i < other.over_time.size(); ++i) in_interval(i).merge(other.over_time[i]);
}

void class_tally::merge(const class_tally& other)
{
    requests += other.requests;
    for (const auto& [status, theirs] : other.statuses) statuses[status].merge(theirs);
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
    measured_from = std::max(measured_from, other.measured_from);
}

} // namespace watchword::load
