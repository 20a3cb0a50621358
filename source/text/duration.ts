/** A length of time in words: `45 s`, `10 min`, `2 h 30 min`. */
export function durationWords(ms: number): string {
  const seconds = wholeSeconds(ms);
  return seconds < 120 ? `${seconds} s` : minutesWords(Math.round(seconds / 60));
}

/** A guess: `less than 1 min`, `about 9 min`, `about 2 h 40 min`. More than 90 minutes to the nearest ten. */
export function durationGuess(ms: number): string {
  if (ms < 60_000) return 'less than 1 min';
  const minutes = Math.round(ms / 60_000);
  return `about ${minutesWords(minutes < 90 ? minutes : Math.round(minutes / 10) * 10)}`;
}

/** A clock that runs: `48 s`, `3:12`, `1:02:05`. */
export function durationClock(ms: number): string {
  const seconds = wholeSeconds(ms);
  if (seconds < 100) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:${twoDigits(minutes)}` : minutes}:${twoDigits(seconds % 60)}`;
}

/** A difference as it was measured, with its sign: `4 ms`, `1.5 s`, `-3 min`. */
export function measuredDuration(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(ms)} ms`;
  return size < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 60_000)} min`;
}

/** `7` as `07`. */
export const twoDigits = (number: number): string => String(number).padStart(2, '0');

const wholeSeconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));

function minutesWords(minutes: number): string {
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}
