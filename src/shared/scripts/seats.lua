-- How the seats of an exam stand, for scripts that decide. KEYS[6]: exam, a hash of
--   b:{booking} = made,shown,cancelled,undone (made and undone: 0 or 1; the others: milliseconds, 0 for never)
--   h:{debt} = until when a seat is held for it
--   kept
local SHOWN_FOR_GOOD_MS = 60000
local KEEP_MS = 900000

local function seatOf(text)
  local made, shown, cancelled, undone = string.match(text, '^(%d),(%d+),(%d+),(%d)$')
  return { made = made == '1', shown = tonumber(shown), cancelled = tonumber(cancelled), undone = undone == '1' }
end

local function writeSeat(exam, booking, seat)
  local text = string.format('%d,%.0f,%.0f,%d', seat.made and 1 or 0, seat.shown, seat.cancelled, seat.undone and 1 or 0)
  redis.call('HSET', exam, 'b:' .. booking, text)
end

local function readSeat(exam, booking)
  local text = redis.call('HGET', exam, 'b:' .. booking)
  return text and seatOf(text) or { made = false, shown = 0, cancelled = 0, undone = false }
end

-- Seats taken and seats held for others. `linked`: HubSpot's bookings as {id, holds, updatedAt, later}; `later`: made
-- after the booking that asks, which comes first unless the other one has been decided on. `own` and `debt` do not count.
local function count(exam, linked, own, debt)
  local entries, held, taken = {}, 0, 0
  local all = redis.call('HGETALL', exam)
  for index = 1, #all, 2 do
    local kind, id = string.match(all[index], '^(%a):(.*)$')
    if kind == 'b' then entries[id] = seatOf(all[index + 1])
    elseif kind == 'h' and id ~= debt and tonumber(all[index + 1]) > now then held = held + 1 end
  end
  for _, link in ipairs(linked) do
    local id = link[1]
    local entry = entries[id]
    entries[id] = nil
    if entry and entry.shown == 0 then
      entry.shown = now
      writeSeat(exam, id, entry)
    end
    local givenUp = entry and (entry.undone or entry.cancelled > link[3])
    local isLater = link[4] == 1 and not (entry and entry.made)
    if id ~= own and link[2] == 1 and not givenUp and not isLater then taken = taken + 1 end
  end
  -- What HubSpot showed long enough and does not show any more was moved away.
  for id, entry in pairs(entries) do
    local isLost = entry.shown > 0 and now - entry.shown > SHOWN_FOR_GOOD_MS
    if id ~= own and entry.made and not entry.undone and entry.cancelled == 0 and not isLost then taken = taken + 1 end
  end
  return taken, held
end

-- An exam's hash that was written lately and is gone was lost: what it held has to show in HubSpot before anybody decides.
local function noteLoss(written, exam, name)
  local last = tonumber(redis.call('ZSCORE', written, name) or 0)
  if last > now - KEEP_MS and redis.call('EXISTS', exam) == 0 then
    redis.call('ZREM', written, name)
    bear()
  end
end

-- The field keeps the hash when nothing else is left in it.
local function keep(written, exam, name)
  redis.call('HSET', exam, 'kept', '1')
  redis.call('ZADD', written, whole(now), name)
  redis.call('ZREMRANGEBYSCORE', written, '-inf', whole(now - KEEP_MS))
  redis.call('PEXPIRE', exam, KEEP_MS + 60000)
end

local function saveDebt(debts, due, id, text, dueAt)
  redis.call('HSET', debts, id, text, 'o:' .. id, me)
  redis.call('ZADD', due, whole(dueAt), id)
  tell(text)
end
