-- A place in windows of calls. KEYS: one sorted set of calls per window. ARGV[1]: the time, empty for the server's own,
-- ARGV[2]: name of the call, then span and limit of each window. Replies with milliseconds until there may be room; 0: it is taken.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local waitMs = 0
for index, key in ipairs(KEYS) do
  local span, limit = tonumber(ARGV[1 + index * 2]), tonumber(ARGV[2 + index * 2])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - span))
  local over = redis.call('ZCARD', key) + 1 - limit
  if over > 0 and not redis.call('ZSCORE', key, ARGV[2]) then
    local oldest = redis.call('ZRANGE', key, over - 1, over - 1, 'WITHSCORES')
    waitMs = math.max(waitMs, tonumber(oldest[2] or now) + span - now + 1)
  end
end
if waitMs == 0 then
  for index, key in ipairs(KEYS) do
    redis.call('ZADD', key, string.format('%.0f', now), ARGV[2])
    redis.call('PEXPIRE', key, tonumber(ARGV[1 + index * 2]) * 2)
  end
end
return string.format('%.0f', waitMs)
