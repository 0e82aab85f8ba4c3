-- Holds a seat for a debt, or lets a booking have one that nothing is held for any more, if the exam has room.
-- KEYS[3]: debts, KEYS[4]: due, KEYS[5]: written, KEYS[6]: exam.
-- ARGV[5]: young for so many milliseconds, ARGV[6]: owner's lease, ARGV[7]: a seat is held for so many milliseconds,
-- ARGV[8]: exam id, ARGV[9]: capacity, ARGV[10]: bookings HubSpot links, ARGV[11]: debt id, ARGV[12]: debt,
-- ARGV[13]: booking id, empty while there is none, ARGV[14]: news of the booking.
local exam, debt, booking = KEYS[6], ARGV[11], ARGV[13]
noteLoss(KEYS[5], exam, ARGV[8])
local leftMs = tonumber(ARGV[5]) - (now - birth)
if leftMs > 0 then return reply('young', whole(leftMs)) end
local held = redis.call('HGET', exam, 'h:' .. debt)
if booking == '' and held and tonumber(held) > now then return reply('opened', '0') end
if booking ~= '' then
  local own = readSeat(exam, booking)
  if own.made then return reply(own.undone and 'full' or 'opened', '0') end
end
local taken, heldForOthers = count(exam, cjson.decode(ARGV[10]), booking, debt)
local capacity = tonumber(ARGV[9])
if taken >= capacity then return reply('full', '0') end
if taken + heldForOthers >= capacity then return reply('contended', '0') end
if booking == '' then
  redis.call('HSET', exam, 'h:' .. debt, whole(now + tonumber(ARGV[7])))
else
  redis.call('HDEL', exam, 'h:' .. debt)
  writeSeat(exam, booking, { made = true, shown = 0, cancelled = 0, undone = false })
  tell(ARGV[14])
end
saveDebt(KEYS[3], KEYS[4], debt, ARGV[12], now + tonumber(ARGV[6]))
keep(KEYS[5], exam, ARGV[8])
return reply('opened', '0')
