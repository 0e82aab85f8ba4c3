-- Takes over a debt whose owner has not been heard of for too long. KEYS[3]: debts, KEYS[4]: due.
-- ARGV[5]: debt id, ARGV[6]: lease. Replies with the debt, or nothing.
local id = ARGV[5]
local dueAt = tonumber(redis.call('ZSCORE', KEYS[4], id) or '')
local text = redis.call('HGET', KEYS[3], id)
if not dueAt or dueAt > now or not text or string.sub(text, 1, 1) == '-' then return reply('') end
saveDebt(KEYS[3], KEYS[4], id, text, now + tonumber(ARGV[6]))
return reply(text)
