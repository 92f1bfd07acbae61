-- A request of 1 kB, and what came of all of them as one line of JSON.

wrk.method = "POST"
wrk.body = string.rep("0.125,", 170) .. "0.5\n"
wrk.headers["Content-Type"] = "text/csv"

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "failed": %d, "seconds": %f, "p50": %f, "p99": %f}\n',
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    summary.duration / 1e6,
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3
  ))
end
