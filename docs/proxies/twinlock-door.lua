-- HAProxy asks Twinlock about each request for an application: /etc/haproxy/twinlock-door.lua.
-- docs/APPLICATIONS.md says how it is used. The tests start HAProxy with this file.

local VERIFIER = "http://127.0.0.1:3000/door/forward-auth"

-- The headers of the browser that Twinlock reads. No others reach it.
local ASKED = {
  "cookie", "accept", "origin", "purpose", "sec-purpose", "user-agent",
  "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user",
}

-- The headers that the application gets.
local IDENTITY = {
  "remote-user", "remote-email", "remote-name", "remote-groups",
  "twinlock-account", "twinlock-role", "twinlock-mfa", "twinlock-assertion",
}

-- The headers of Twinlock's own answers that the browser gets.
local ANSWERED = {
  "location", "set-cookie", "content-type", "cache-control", "vary",
  "content-security-policy", "referrer-policy", "x-content-type-options", "x-frame-options",
}

local function refuse(txn, status)
  txn:done(txn:reply{ status = status, headers = { ["cache-control"] = { "no-store" } } })
end

-- The origin is what the configuration says, and not the client's `Host`.
core.register_action("twinlock", { "http-req" }, function(txn)
  local scheme, host = tostring(txn:get_var("txn.origin")):match("^(https)://([^/]+)$")
  if not host then return refuse(txn, 503) end
  local sent = txn.http:req_get_headers()
  local headers = {
    ["x-forwarded-method"] = { txn.f:method() },
    ["x-forwarded-proto"] = { scheme },
    ["x-forwarded-host"] = { host },
    ["x-forwarded-uri"] = { txn.f:pathq() },
  }
  for _, name in ipairs(ASKED) do
    if sent[name] then
      headers[name] = {}
      for _, value in pairs(sent[name]) do table.insert(headers[name], value) end
    end
  end
  -- HAProxy asks up to four times, so that a person waits ten seconds in all.
  local answer = core.httpclient():get{ url = VERIFIER, headers = headers, timeout = 2500 }
  if not answer or answer.status < 200 then return refuse(txn, 503) end
  local given = {}
  for name, values in pairs(answer.headers) do given[name:lower()] = values end
  if answer.status ~= 200 then
    local reply = txn:reply{ status = answer.status, body = answer.body }
    for _, name in ipairs(ANSWERED) do
      for _, value in pairs(given[name] or {}) do reply:add_header(name, value) end
    end
    return txn:done(reply)
  end
  for _, name in ipairs(IDENTITY) do
    if not given[name] then return refuse(txn, 503) end
    for _, value in pairs(given[name]) do txn.http:req_set_header(name, value) end
  end
  -- The configuration refuses each request without this mark, even if this file fails.
  txn:set_var("txn.twinlock", "in")
end, 0)
