#pragma once

#include <string>
#include <string_view>

// What clients send.
namespace watchword::micro {

// GET /user from a program: the load generator, a script, another service.
inline std::string client_request(std::string_view token)
{
    std::string text = "GET /user HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nx-access-token: ";
    return text.append(token).append("\r\n\r\n");
}

// The same from a browser, through a web application.
inline std::string browser_request(std::string_view token)
{
    std::string text = "GET /user?sort=name&page=2 HTTP/1.1\r\n"
                       "Host: accounts.example.test\r\n"
                       "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
                       "Accept: application/json, text/plain, */*\r\n"
                       "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
                       "Accept-Encoding: gzip, deflate, br, zstd\r\n"
                       "Referer: https://app.example.test/people\r\n"
                       "Origin: https://app.example.test\r\n"
                       "Connection: keep-alive\r\n"
                       "Cookie: theme=dark; consent=1; session=bG9uZyBlbm91Z2ggdG8gYmUgb25l\r\n"
                       "Sec-Fetch-Dest: empty\r\n"
                       "Sec-Fetch-Mode: cors\r\n"
                       "Sec-Fetch-Site: same-site\r\n"
                       "Authorization: Bearer ";
    return text.append(token).append("\r\n\r\n");
}

} // namespace watchword::micro
