-- http-request lua.verify URL: asks GET /v1/verify of Watchword at that URL. Who it names goes into the request, and
-- the variable txn.verified becomes 1; a refusal is the client's answer.

local patience = 5000 -- ms

-- What the answer depends on: the token and, if it is in a cookie, from which page the request comes.
local asked_with = { "authorization", "cookie", "host", "origin", "sec-fetch-site", "x-csrf-token" }
local user_fields = { "x-user-id", "x-user-email", "x-user-roles", "x-user-scope" }
local refusal_fields = { "www-authenticate", "content-type", "cache-control" }

-- Those fields that are there, each with all its values.
local function pick(headers, names)
    local picked = {}
    for _, name in ipairs(names) do
        for _, value in pairs(headers[name] or {}) do
            picked[name] = picked[name] or {}
            table.insert(picked[name], value)
        end
    end
    return picked
end

core.register_action("verify", { "http-req" }, function(txn, url)
    local question = pick(txn.http:req_get_headers(), asked_with)
    question["x-forwarded-method"] = { txn.f:method() }
    question["x-forwarded-for"] = { txn.f:src() }

    local answer = core.httpclient():get({ url = url, headers = question, timeout = patience })
    local headers = answer and answer.headers or {}
    if answer and answer.status == 200 then
        for name, values in pairs(pick(headers, user_fields)) do
            txn.http:req_set_header(name, values[1])
        end
        txn:set_var("txn.verified", 1)
    elseif answer and (answer.status == 401 or answer.status == 403) then
        txn:done(txn:reply({
            status = answer.status, headers = pick(headers, refusal_fields), body = answer.body,
        }))
    end
end, 1)
