-- Walks through the requests of a file, one a line: authorization <tab> idempotency key <tab> body, or GET and a path.
local prepared, place = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local token, key, body = line:match("^(.-)\t(.-)\t(.*)$")
    local headers = { ["Content-Type"] = "application/json" }
    if token ~= "" then headers["Authorization"] = token end
    if key ~= "" then headers["Idempotency-Key"] = key end
    local path = body:match("^GET (.+)$")
    prepared[#prepared + 1] = path and wrk.format("GET", path, headers) or wrk.format("POST", wrk.path, headers, body)
  end
end

function request()
  place = place % #prepared + 1
  return prepared[place]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format(
    '\n{"requests":%d,"micros":%d,"refused":%d,"lost":%d,"p50":%d,"p99":%d,"most":%d}',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
