-- For wrk: server.lua MARK REQUESTS PATH...: so many requests a thread, the paths in turn; then one line with what came. wrk itself waits for
-- its duration to end: a thread that has its answers makes the file MARK.NUMBER, and who started wrk interrupts it.
local mark, limit, paths, sent, got, wrong = "", 0, {}, 0, 0, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init(args)
  mark, limit = args[1], tonumber(args[2])
  for i = 3, #args do paths[#paths + 1] = args[i] end
  sent = math.random(#paths)
end

function request()
  sent = sent + 1
  return wrk.format("GET", paths[sent % #paths + 1])
end

function response(status)
  got = got + 1
  if status ~= 200 then wrong = wrong + 1 end
  failed = wrong
  if got == limit then
    io.open(mark .. "." .. number, "w"):close()
    wrk.thread:stop()
  end
end

function done(summary, latency)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do bad = bad + (thread:get("failed") or 0) end
  io.write(string.format("%d requests, %.0f a second, p50 %.1f ms, p99 %.1f ms, longest %.1f ms, %d failed\n", summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3, bad))
end
