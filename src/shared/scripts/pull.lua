-- News, and debts whose owner has not been heard of for too long. KEYS[3]: debts, KEYS[4]: due.
local due = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', whole(now), 'LIMIT', 0, 8)) do
  local debt = redis.call('HGET', KEYS[3], id)
  if not debt or string.sub(debt, 1, 1) == '-' then
    redis.call('HDEL', KEYS[3], id, 'o:' .. id)
    redis.call('ZREM', KEYS[4], id)
  else
    due[#due + 1] = id
  end
end
return reply(due)
