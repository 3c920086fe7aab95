/** Words of the C locale. */
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
];
const DAY_MS = 86_400_000;

/**
 * A time as strftime(3) writes it, in the C locale and the time zone of this machine. `ms`: since the Unix epoch;
 * `nanoseconds`: of its second; only with them there is bpftrace's `%f`, its microseconds. What is no conversion stays as it is.
 */
export function formatTime(format: string, ms: number, nanoseconds?: number): string {
  const date = new Date(ms);
  return format.replace(/%[EO_0^#-]?([A-Za-z%+])/g, (whole, letter: string) => {
    return convert(letter, date, nanoseconds) ?? whole;
  });
}

function convert(letter: string, date: Date, nanoseconds: number | undefined): string | undefined {
  const again = (format: string) => formatTime(format, date.getTime(), nanoseconds);
  const hour12 = date.getHours() % 12 || 12;
  switch (letter) {
    case 'a':
      return days[date.getDay()]?.slice(0, 3);
    case 'A':
      return days[date.getDay()];
    case 'b':
    case 'h':
      return months[date.getMonth()]?.slice(0, 3);
    case 'B':
      return months[date.getMonth()];
    case 'c':
      return again('%a %b %e %H:%M:%S %Y');
    case 'C':
      return pad(Math.floor(date.getFullYear() / 100), 2);
    case 'd':
      return pad(date.getDate(), 2);
    case 'D':
    case 'x':
      return again('%m/%d/%y');
    case 'e':
      return pad(date.getDate(), 2, ' ');
    case 'f':
      return nanoseconds === undefined ? undefined : pad(Math.floor(nanoseconds / 1000), 6);
    case 'F':
      return again('%Y-%m-%d');
    case 'g':
      return pad(isoWeek(date).year % 100, 2);
    case 'G':
      return `${isoWeek(date).year}`;
    case 'H':
      return pad(date.getHours(), 2);
    case 'I':
      return pad(hour12, 2);
    case 'j':
      return pad(dayOfYear(date) + 1, 3);
    case 'k':
      return pad(date.getHours(), 2, ' ');
    case 'l':
      return pad(hour12, 2, ' ');
    case 'm':
      return pad(date.getMonth() + 1, 2);
    case 'M':
      return pad(date.getMinutes(), 2);
    case 'n':
      return '\n';
    case 'p':
      return date.getHours() < 12 ? 'AM' : 'PM';
    case 'P':
      return date.getHours() < 12 ? 'am' : 'pm';
    case 'r':
      return again('%I:%M:%S %p');
    case 'R':
      return again('%H:%M');
    case 's':
      return `${Math.floor(date.getTime() / 1000)}`;
    case 'S':
      return pad(date.getSeconds(), 2);
    case 't':
      return '\t';
    case 'T':
    case 'X':
      return again('%H:%M:%S');
    case 'u':
      return `${date.getDay() || 7}`;
    case 'U':
      return pad(weekOfYear(date, 0), 2);
    case 'V':
      return pad(isoWeek(date).week, 2);
    case 'w':
      return `${date.getDay()}`;
    case 'W':
      return pad(weekOfYear(date, 1), 2);
    case 'y':
      return pad(date.getFullYear() % 100, 2);
    case 'Y':
      return `${date.getFullYear()}`;
    case 'z':
      return zoneOffset(date);
    case 'Z':
      return zoneName(date);
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function pad(value: number, width: number, fill = '0'): string {
  return `${value}`.padStart(width, fill);
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1);
  return Math.round((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / DAY_MS);
}

/** Weeks begin with day `first`; before the year's first of them is week 0. */
function weekOfYear(date: Date, first: 0 | 1): number {
  return Math.floor((dayOfYear(date) + 7 - ((date.getDay() - first + 7) % 7)) / 7);
}

/** ISO 8601: the week of a Thursday is of that day's year. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7));
  return { year: thursday.getFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}

function zoneOffset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${pad(size % 60, 2)}`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
