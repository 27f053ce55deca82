// Numbers, times and names as people read them.
import countriesText from "../../../NetTraffic/Enrichment/countries.csv?raw";

const prefixes = ["", "k", "M", "G", "T", "P"];

function scaled(value: number, unit: string): string {
  let step = 0;
  while (Math.abs(value) >= 999.5 && step < prefixes.length - 1) {
    value /= 1000;
    step++;
  }
  const digits = step === 0 && Number.isInteger(value) ? 0 : value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${value.toFixed(digits)} ${prefixes[step]}${unit}`.trimEnd();
}

export const bytes = (value: number) => scaled(value, "B");
export const bits = (value: number) => scaled(value, "bit/s");
export const packetRate = (value: number) => scaled(value, "pkt/s");
export const count = (value: number) => value.toLocaleString("en");
export const percent = (value: number) => `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} %`;

const day = new Intl.DateTimeFormat("sv", { year: "numeric", month: "2-digit", day: "2-digit" });
const clock = new Intl.DateTimeFormat("sv", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A time of the browser's zone; without its day where that is today. */
export function time(text: string | number | null): string {
  if (text === null) return "";
  const date = new Date(text);
  return day.format(date) === day.format(new Date()) ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

/** A time with its parts of a second. */
export function exactTime(text: string): string {
  return `${time(text)}.${/\.(\d{1,6})/.exec(text)?.[1]?.padEnd(6, "0") ?? "000000"}`;
}

/** A length of time, of seconds. */
export function duration(value: number): string {
  if (value < 0.0005) return `${Math.round(value * 1e6)} µs`;
  if (value < 1) return `${(value * 1000).toFixed(value < 0.1 ? 1 : 0)} ms`;
  if (value < 60) return `${value.toFixed(1)} s`;
  const parts: [number, string][] = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const at = parts.findIndex(([size]) => value >= size);
  const [big, bigName] = parts[at]!,
    [small, smallName] = parts[at + 1]!;
  const rest = Math.floor((value % big) / small);
  return `${Math.floor(value / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}

export interface Country {
  code: string;
  name: string;
  latitude: number;
  longitude: number;
}

export const countries: Country[] = countriesText
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map(line => {
    const [code = "", name = "", latitude, longitude] = line.split(",");
    return { code, name, latitude: Number(latitude), longitude: Number(longitude) };
  });

const byName = new Map(countries.map(country => [country.name, country]));

export const countryOf = (name: string | null) => (name === null ? undefined : byName.get(name));

const indicators = (code: string) => String.fromCodePoint(...[...code].map(letter => letter.charCodeAt(0) + 0x1f1a5));

/** Whether this system draws two regional indicators as one flag: Windows does not, and a machine without such a font neither. */
const hasFlags = (() => {
  const canvas = document.createElement("canvas").getContext("2d");
  if (canvas === null) return false;
  canvas.font = "32px sans-serif";
  canvas.fillStyle = "#000";
  canvas.fillText(indicators("SE"), 0, 32);
  const { data } = canvas.getImageData(0, 0, 32, 40);
  // A flag has colours; letters and boxes are black.
  return data.some((value, i) => i % 4 === 2 && value > 60 && data[i + 1]! > 100);
})();

/** The flag of a country's code, as its two regional indicators (Unicode, chapter 22.10); its letters where there are no flags. */
export function flag(code: string | null | undefined): string {
  return code && /^[A-Z]{2}$/.test(code) ? (hasFlags ? indicators(code) : code) : "";
}

/** An address with a port, IPv6 in brackets (RFC 3986, section 3.2.2). */
export function endpoint(address: string | null, port: number | null, mac: string | null): string {
  if (address === null) return mac ?? "";
  return port === null ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
