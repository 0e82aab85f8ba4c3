-- A booking was made: the seat that was held is its own from now on. 'unknown': nothing was held for it any more.
-- KEYS[3]: debts, KEYS[4]: due, KEYS[5]: written, KEYS[6]: exam. ARGV[5]: owner's lease, ARGV[6]: exam id,
-- ARGV[7]: debt id, ARGV[8]: debt, ARGV[9]: booking id, ARGV[10]: news of the booking.
local exam, booking = KEYS[6], ARGV[9]
local seat = readSeat(exam, booking)
local held = redis.call('HGET', exam, 'h:' .. ARGV[7])
local isHeld = held and tonumber(held) > now
if isHeld and not seat.made then
  seat.made = true
  writeSeat(exam, booking, seat)
  tell(ARGV[10])
end
redis.call('HDEL', exam, 'h:' .. ARGV[7])
saveDebt(KEYS[3], KEYS[4], ARGV[7], ARGV[8], now + tonumber(ARGV[5]))
if seat.made then keep(KEYS[5], exam, ARGV[6]) end
return reply(seat.made and 'certain' or 'unknown')
