import { twoDigits } from '../../../../text/duration.ts';
/** A time of day, with the day where it is another one: `14:02`, `21 Nov 14:02`. By this machine's clock and zone. */
export function timeOfDay(at: Date, now: Date = new Date()): string {
  const time = `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.getDate()} ${months[at.getMonth()] ?? ''} ${time}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
