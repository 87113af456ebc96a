-- What votebench does, for wrk: a form post with a cookie of its own for each vote.
local n = 0
local connection = os.getenv("LOAD_BENCH_CONNECTION")
function request()
  n = n + 1
  local headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Cookie"] = string.format("voter_id=vb01234567%08x%08x", n, n * 7),
  }
  if connection == "close" then headers["Connection"] = "close" end
  return wrk.format("POST", "/", headers, "vote=a")
end
