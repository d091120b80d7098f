const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A duration for a person: `640 ms`, `2.5 s`, `4 min 10 s`, `21 min`, `3 h 12 min`, `4 d 6 h`. Rounds down, so that
 * "at least" stays true of what is printed.
 *
 * @example
 * formatDuration(11_520_000) // '3 h 12 min'
 */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.floor(ms))} ms`;
  if (ms < 10 * SECOND) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < 10 * MINUTE) return twoUnits(ms, MINUTE, 'min', SECOND, 's');
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return twoUnits(ms, HOUR, 'h', MINUTE, 'min');
  return twoUnits(ms, DAY, 'd', HOUR, 'h');
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  const head = `${formatCount(Math.floor(ms / large))} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

/** Units for a span of time that is only roughly known, with the length from which each is used. */
const ROUGH_UNITS = [
  { from: 2 * DAY, unit: DAY, name: 'd' },
  { from: 2 * HOUR, unit: HOUR, name: 'h' },
  { from: 2 * MINUTE, unit: MINUTE, name: 'min' },
  { from: 0, unit: SECOND, name: 's' },
] as const;

/**
 * A time ahead with its bounds, in one unit: `6 min (5 to 8)`, `6 min (5 or more)` where it has no upper bound. Bounds
 * that round to the same are left out.
 */
export function formatForecast(ms: number, earliestMs: number, latestMs: number | null): string {
  const { unit, name } = ROUGH_UNITS.find(({ from }) => ms >= from) ?? ROUGH_UNITS[3];
  const round = (span: number): number => Math.round(span / unit);
  const [middle, low] = [round(ms), round(earliestMs)];
  const head = `${formatCount(middle)} ${name}`;
  if (latestMs === null) return `${head} (${formatCount(low)} or more)`;
  const high = round(latestMs);
  return low === high ? head : `${head} (${formatCount(low)} to ${formatCount(high)})`;
}

/** A rate for a person: `46 more a minute`, `3 more an hour`, `20 more a second`; empty below one a day. */
export function formatRate(perMin: number): string {
  if (perMin >= 600) return `${formatCount(Math.round(perMin / 60))} more a second`;
  if (perMin >= 1) return `${formatCount(Math.round(perMin))} more a minute`;
  const perHour = Math.round(perMin * 60);
  return perHour >= 1 ? `${perHour} more an hour` : '';
}

/** An integer with commas between thousands: `1,204`. Not Intl: its first use costs milliseconds. */
export function formatCount(count: number): string {
  return String(Math.trunc(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A count and its noun: `1 process`, `2 processes`. */
export function formatCountOf(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** A size in powers of 1000 (IEC 80000-13): `80 bytes`, `2.9 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return formatCountOf(bytes, 'byte');
  let value = bytes;
  let name: string = '';
  for (const unit of BYTE_UNITS) {
    if (value < 999.5) break;
    value /= 1000;
    name = unit;
  }
  return value < 9.95 ? `${value.toFixed(1)} ${name}` : `${formatCount(Math.round(value))} ${name}`;
}

/** A time of day, with the date where that is not the day of `nowMs`: `13:41 UTC`, `Nov 21 13:41 UTC`. */
export function formatInstant(epochMs: number, nowMs: number): string {
  const then = new Date(epochMs).toISOString();
  const clock = `${then.slice(11, 16)} UTC`;
  if (then.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10)) return clock;
  return nowMs - epochMs < 300 * DAY ? `${monthAndDay(then)} ${clock}` : `${then.slice(0, 10)} ${clock}`;
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function monthAndDay(iso: string): string {
  const month = Number(iso.slice(5, 7)) - 1;
  return `${MONTHS.slice(month * 3, month * 3 + 3)} ${Number(iso.slice(8, 10))}`;
}
