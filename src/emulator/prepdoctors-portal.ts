import file from './portals/prepdoctors.json' with { type: 'json' };
import { parseFile, PortalFile, toPortal } from './portal-file.ts';
import { type Portal, withProperties } from './portal.ts';

const PATH = 'src/emulator/portals/prepdoctors.json';

/** The PrepDoctors account: its object types and its portal-specific, directional association type ids. */
export const PREPDOCTORS_PORTAL: Portal = toPortal(PATH, parseFile(PATH, file, PortalFile));

/** The same account once its administrator has added the properties that make bookings and credits safe to repeat. */
export const PORTAL_WITH_KEYS: Portal = withProperties(PREPDOCTORS_PORTAL, {
  bookings: { booking_key: { type: 'string', unique: 'invalid' } },
  contacts: { mock_credit_op: { type: 'string' } },
});
