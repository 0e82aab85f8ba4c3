-- Opens a debt unless a rival of it is open. KEYS[3]: debts, KEYS[4]: due, KEYS[5]: rival (the open debt of its kind).
-- ARGV[5]: debt id, ARGV[6]: debt, ARGV[7]: owner's lease. Replies with the id of the one that is open.
local rival = redis.call('GET', KEYS[5])
if rival and rival ~= ARGV[5] then
  local text = redis.call('HGET', KEYS[3], rival)
  if text and string.sub(text, 1, 1) ~= '-' then return reply(rival) end
end
redis.call('SET', KEYS[5], ARGV[5], 'PX', 900000)
saveDebt(KEYS[3], KEYS[4], ARGV[5], ARGV[6], now + tonumber(ARGV[7]))
return reply(ARGV[5])
