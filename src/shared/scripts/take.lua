-- A lock for a time. KEYS[3]: lock. ARGV[5]: token, ARGV[6]: milliseconds.
-- Whether it is ours now, when it was given back last, and how long it is held by somebody else.
local lock = redis.call('HMGET', KEYS[3], 'token', 'till', 'freed')
local leftMs = (tonumber(lock[2]) or 0) - now
if lock[1] and lock[1] ~= ARGV[5] and leftMs > 0 then return reply('busy', lock[3] or '0', whole(leftMs)) end
-- Whoever held it and did not give it back may have been at work until its time was over.
local freed = lock[3] or '0'
if lock[1] and lock[1] ~= ARGV[5] then freed = lock[2] end
redis.call('HSET', KEYS[3], 'token', ARGV[5], 'till', whole(now + tonumber(ARGV[6])))
redis.call('PEXPIRE', KEYS[3], 120000)
return reply('taken', freed, '0')
