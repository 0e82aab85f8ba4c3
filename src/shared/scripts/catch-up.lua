-- Everything somebody has to know who does not know this state: the debts, and what was told lately.
-- KEYS[3]: debts, KEYS[4]: due. ARGV[5]: milliseconds for which news is told again.
local told = {}
local oldest = now - tonumber(ARGV[5])
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 5000)) do
  local fields = entry[2]
  if tonumber(fields[4]) < oldest then break end
  table.insert(told, 1, { string.match(entry[1], '^%d+'), fields[2], fields[4] })
end
return { whole(now), whole(birth), whole(seq), told, redis.call('HGETALL', KEYS[3]) }
