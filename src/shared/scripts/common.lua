-- Put before every script. KEYS[1]: state (birth, run, seq), KEYS[2]: news.
-- ARGV[1]: the time, empty for the server's own. ARGV[2]: who asks. ARGV[3], ARGV[4]: birth and place in the news it knows.
-- Every reply begins with the time, the birth of the state, the place of the last news told, and the news.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local me = ARGV[2]

local function whole(number)
  return string.format('%.0f', number)
end

-- Another run_id tells of a failover, whose last writes may be lost. A server that refuses INFO tells of none.
local run = ''
local info = redis.pcall('INFO', 'server')
if type(info) == 'string' then run = string.match(info, 'run_id:(%x+)') or '' end

local known = redis.call('HMGET', KEYS[1], 'birth', 'run', 'seq')
local birth = tonumber(known[1])
local seq = tonumber(known[3]) or 0

-- The state is young from now on: something that was decided may be missing in it.
local function bear()
  birth = math.max(now, (birth or 0) + 1)
  redis.call('HSET', KEYS[1], 'birth', whole(birth), 'run', run)
end

if not birth then redis.call('DEL', KEYS[2]) end
if not birth or known[2] ~= run then bear() end

local function tell(text)
  seq = seq + 1
  redis.call('HSET', KEYS[1], 'seq', whole(seq))
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', 5000, whole(seq) .. '-1', 'n', me .. ' ' .. text, 'at', whole(now), 'by', me)
end

-- What others told since then, at most 1,000 of them. Whoever does not know this state has to ask for all of it first.
local function reply(...)
  local told = {}
  local place = tonumber(ARGV[4]) or 0
  if ARGV[3] ~= whole(birth) then place = -1 end
  if place >= 0 and place < seq then
    local entries = redis.call('XRANGE', KEYS[2], whole(place + 1) .. '-0', '+', 'COUNT', 1000)
    if #entries == 0 or entries[1][1] ~= whole(place + 1) .. '-1' then
      place = -1
    else
      for _, entry in ipairs(entries) do
        local fields = entry[2]
        place = place + 1
        if fields[6] ~= me then told[#told + 1] = { whole(place), fields[2], fields[4] } end
      end
    end
  end
  return { whole(now), whole(birth), whole(place), told, ... }
end
