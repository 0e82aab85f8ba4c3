-- Several changes at once, each as a JSON array whose first element says what it is. ARGV[5]: changes, ARGV[6]: lease.
-- KEYS[3]: debts, KEYS[4]: due, KEYS[5]: written; the keys after them are named by their number in the changes.
-- Replies with the debts that belong to somebody else by now.
local lost = {}
local leaseMs = tonumber(ARGV[6])

local function isLost(id)
  local owner = redis.call('HGET', KEYS[3], 'o:' .. id)
  return owner and owner ~= me
end

local changes = {
  news = function(text)
    tell(text)
  end,
  seat = function(key, name, booking, cancelled, undone)
    local seat = readSeat(KEYS[key], booking)
    seat.cancelled = math.max(seat.cancelled, cancelled)
    seat.undone = seat.undone or undone == 1
    writeSeat(KEYS[key], booking, seat)
    keep(KEYS[5], KEYS[key], name)
  end,
  -- Bookings that are known to have been made, of which the state may have lost some.
  made = function(key, name, booking, text)
    local seat = readSeat(KEYS[key], booking)
    if seat.made then return end
    seat.made = true
    writeSeat(KEYS[key], booking, seat)
    keep(KEYS[5], KEYS[key], name)
    tell(text)
  end,
  moved = function(key, booking)
    redis.call('HDEL', KEYS[key], 'b:' .. booking)
  end,
  debt = function(id, text)
    if isLost(id) then
      lost[#lost + 1] = id
    else
      saveDebt(KEYS[3], KEYS[4], id, text, now + leaseMs)
    end
  end,
  -- A debt that has ended, and the exam where a seat may have been held for it.
  ended = function(key, id, text)
    if isLost(id) then
      lost[#lost + 1] = id
    else
      redis.call('HDEL', KEYS[key], 'h:' .. id)
      saveDebt(KEYS[3], KEYS[4], id, text, now + KEEP_MS)
    end
  end,
  alive = function(id)
    if isLost(id) then
      lost[#lost + 1] = id
    else
      redis.call('ZADD', KEYS[4], 'XX', whole(now + leaseMs), id)
    end
  end,
  keep = function(key, token)
    local lock = redis.call('HMGET', KEYS[key], 'token', 'till')
    if lock[1] and lock[1] ~= token and tonumber(lock[2]) > now then
      lost[#lost + 1] = token
    else
      redis.call('HSET', KEYS[key], 'token', token, 'till', whole(now + leaseMs))
      redis.call('PEXPIRE', KEYS[key], 120000)
    end
  end,
  release = function(key, token)
    if redis.call('HGET', KEYS[key], 'token') ~= token then return end
    redis.call('HDEL', KEYS[key], 'token', 'till')
    redis.call('HSET', KEYS[key], 'freed', whole(now))
    redis.call('PEXPIRE', KEYS[key], 120000)
  end,
}

for _, change in ipairs(cjson.decode(ARGV[5])) do
  changes[change[1]](unpack(change, 2))
end
return reply(lost)
